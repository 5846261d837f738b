"""A test that somebody makes of their own alert: it rings for real, by their own rules, and for nobody else.

It is no alert: nothing escalates from it. Its row is a DutyTest of no week.
"""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Attempt, DutyTest, Notification, User
from helpdesk.models.codes import Lane, NotificationEvent, StepTarget
from helpdesk.oncall import duty_test
from helpdesk.oncall.people import address_of
from helpdesk.oncall.personal import Way
from helpdesk.oncall.recipients import ways_of
from helpdesk.oncall.steps import PHONE, Plan
from helpdesk.outbox import Letter

MOST, WITHIN = 3, timedelta(hours=1)
PATIENCE = timedelta(minutes=10)
# As the standard policy alerts whoever is on duty.
STEP = Plan(StepTarget.ON_CALL, PHONE)


def ways(user: User) -> list[Way]:
    """How an alert would come to the person now; empty: not at all."""
    return ways_of([user], STEP, clock.now()).get(user, [])


def start(user: User) -> DutyTest:
    """
    Raises:
        NotAllowed: "no_way" to alert the person at all; "too_many_tests" within the hour.
    """
    own = ways(user)
    if not own:
        raise NotAllowed("no_way")
    if _made_lately(user) >= MOST:
        raise NotAllowed("too_many_tests")
    now = clock.now()
    test = DutyTest(user=user, created_at=now)
    db.session.add(test)
    db.session.flush()
    for channel, after in own:
        outbox.enqueue(
            Letter(
                event=NotificationEvent.TEST_ALERT,
                channel=channel,
                address=address_of(user, channel) or "",
                dedupe_key=f"{duty_test.key_of(test)}{channel}",
                locale=user.locale,
                lane=Lane.REPLY,
                user_id=user.id,
                params={"test": test.id, "is_own": True},
                due_at=now + after,
                expires_at=now + PATIENCE,
            )
        )
    return test


def confirm_by_sms(user: User) -> bool:
    """The person answered 1 by SMS. False: no test of theirs waits for that."""
    test = last(user)
    return test is not None and is_running(test) and duty_test.confirm(test)


def last(user: User) -> DutyTest | None:
    """The newest one that the person made."""
    query = sa.select(DutyTest).where(DutyTest.user_id == user.id, DutyTest.week.is_(None))
    return db.session.scalars(query.order_by(DutyTest.id.desc()).limit(1)).first()


def is_running(test: DutyTest) -> bool:
    """It can still be confirmed."""
    return test.confirmed_at is None and clock.now() < test.created_at + PATIENCE


def attempts_of(test: DutyTest) -> list[Attempt]:
    """Each SMS, call and mail of it, in the order in which they were wanted."""
    query = (
        sa.select(Attempt)
        .join(Attempt.notification)
        .where(
            Notification.user_id == test.user_id,  # the index: LIKE has none
            Notification.dedupe_key.startswith(duty_test.key_of(test)),
        )
        .order_by(Attempt.due_at, Notification.id, Attempt.ordinal)
    )
    return list(db.session.scalars(query))


def last_confirmed() -> dict[int, DutyTest]:
    """The newest confirmed test of everybody, weekly or their own, by the person's id."""
    newest = (
        sa.select(sa.func.max(DutyTest.id)).where(DutyTest.confirmed_at.is_not(None)).group_by(DutyTest.user_id)
    )
    tests = db.session.scalars(sa.select(DutyTest).where(DutyTest.id.in_(newest)))
    return {test.user_id: test for test in tests if test.user_id is not None}


def _made_lately(user: User) -> int:
    """The person's row is locked: two presses at once are two tests."""
    db.session.execute(sa.select(User.id).filter_by(id=user.id).with_for_update())
    query = sa.select(sa.func.count(DutyTest.id)).where(
        DutyTest.user_id == user.id, DutyTest.week.is_(None), DutyTest.created_at > clock.now() - WITHIN
    )
    return db.session.scalar(query) or 0
