"""What an alert would do, before it does it: the same steps, people, addresses and times, and nothing is written.

Nobody answers in it, and every phone rings on: the times are the latest. A line that is busy, or a call that ends
without a key, brings the next message at once (`in_vain.not_reached`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import EscalationStep, Override, Schedule, User
from helpdesk.models.codes import OverrideKind, StepTarget
from helpdesk.oncall.recipients import named, recipients, schedule_of
from helpdesk.oncall.sending import EMPTY_ROUND, Sending, sendings
from helpdesk.oncall.steps import Plan, frozen_steps

ROUNDS = 2  # the second as far as its first message


@dataclass(frozen=True)
class Previewed:
    """One step at its instant; without `sendings` it has nobody whom anything reaches and is skipped at once."""

    at: datetime
    round: int
    step: EscalationStep
    named: list[User]
    sendings: list[Sending]

    @property
    def unreachable(self) -> list[User]:
        """Whom the step names in vain."""
        reached = {sending.user.id for sending in self.sendings}
        return [user for user in self.named if user.id not in reached]


def preview(plans: Sequence[Plan], at: datetime) -> list[Previewed]:
    """The first round of an alert that begins at that instant, and the second until its first message."""
    return list(_walk(frozen_steps(plans), at))


def schedule_that_decides(step: EscalationStep) -> Schedule | None:
    """The schedule from which the step takes its people; None for a step that names them itself."""
    return schedule_of(step) if step.target in (StepTarget.ON_CALL, StepTarget.NEXT_ON_CALL) else None


def replaced(schedule: Schedule, user: User, at: datetime) -> User | None:
    """For whom the person has come in at that instant."""
    query = (
        sa.select(Override)
        .where(
            Override.schedule_id == schedule.id,
            Override.kind == OverrideKind.REPLACE,
            Override.user_id == user.id,
            Override.starts_at <= at,
            Override.ends_at > at,
        )
        .order_by(Override.created_at.desc(), Override.id.desc())
        .limit(1)
    )
    change = db.session.scalar(query)
    return change.instead_of if change else None


def _walk(steps: list[EscalationStep], at: datetime) -> Iterator[Previewed]:
    for turn in range(ROUNDS):
        began = at
        for step in steps:
            people = recipients(step, at)
            yield Previewed(at, turn, step, named(step, at), sendings(step, people, at))
            if people and turn == ROUNDS - 1:
                return
            at += timedelta(minutes=step.minutes) if people else timedelta()
        at += EMPTY_ROUND if at == began else timedelta()
