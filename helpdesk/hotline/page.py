"""What the ticket's page tells of its calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from helpdesk.extensions import db
from helpdesk.models import Attachment, HotlineCall, Ticket, User
from helpdesk.models.codes import HotlineOutcome, HotlineState, RecordingState
from helpdesk.tickets.queries import NAME_ONLY

UNDECIDED = {HotlineOutcome.RINGING: HotlineOutcome.NO_ANSWER, HotlineOutcome.PICKED_UP: HotlineOutcome.NO_KEY}


@dataclass(frozen=True)
class Rung:
    name: str
    outcome: HotlineOutcome


@dataclass(frozen=True)
class CallLine:
    call: HotlineCall
    rung: Sequence[Rung]

    @property
    def talked(self) -> timedelta | None:
        """How long somebody talked with the caller."""
        begun, ended = self.call.answered_at, self.call.ended_at
        return max(ended - begun, timedelta()) if begun and ended else None

    @property
    def message(self) -> Attachment | None:
        return self.call.attachment

    @property
    def is_live(self) -> bool:
        return self.call.state is not HotlineState.OVER

    @property
    def has_recording(self) -> bool:
        return self.call.recording_state is not RecordingState.NONE


def calls_of(ticket: Ticket) -> list[CallLine]:
    """Oldest first."""
    query = (
        sa.select(HotlineCall)
        .where(HotlineCall.ticket_id == ticket.id)
        .order_by(HotlineCall.id)
        .options(joinedload(HotlineCall.answered_by).options(*NAME_ONLY), joinedload(HotlineCall.attachment))
    )
    calls = list(db.session.scalars(query))
    ids = {user_id for call in calls for user_id in call.tried}
    names = dict(db.session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))).tuples().all())
    return [CallLine(call, [_rung(call, user_id, names[user_id]) for user_id in call.tried]) for call in calls]


def _rung(call: HotlineCall, user_id: int, name: str) -> Rung:
    """Of a call that is over no phone rings any more, though nobody may have said how it ended."""
    outcome = HotlineOutcome(call.outcomes[str(user_id)]["outcome"])
    return Rung(name, UNDECIDED.get(outcome, outcome) if call.state is HotlineState.OVER else outcome)
