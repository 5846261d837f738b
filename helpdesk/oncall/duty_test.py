"""The weekly test alert: does the phone of the next person on duty ring, and is it answered with a digit?

It is no alert: nothing escalates from it, and it goes behind every alert. Nobody confirms: the managers are told.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import DutyTest, User
from helpdesk.models.codes import Channel, Lane, NotificationEvent, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, people_with
from helpdesk.outbox import Letter
from helpdesk.quiet import after_quiet_hours, when_awake
from helpdesk.sla.calendar import first_instant
from helpdesk.transaction import changed_rows

PATIENCE = timedelta(minutes=30)
LATE = timedelta(days=1)  # a test comes on its day or not at all
ABOUT_A_WEEK = timedelta(days=6)
# Who does not hear the first call may hear the second.
WAYS = (
    (Channel.SMS, timedelta()),
    (Channel.VOICE, timedelta(seconds=30)),
    (Channel.VOICE, timedelta(minutes=15)),
)
# Others are made by somebody of their own alert (helpdesk/oncall/own_test.py).
IS_WEEKLY = DutyTest.week.is_not(None)
# Why it was missed.
NOBODY, NO_PHONE, NO_ANSWER = "nobody", "no_phone", "no_answer"


def next_moment(now: datetime) -> datetime | None:
    """When the next test comes (UTC); None where there are none."""
    return min((moment for moment in _moments(now) if moment > now), default=None)


def last_moment(now: datetime) -> datetime | None:
    """When the last test should have come (UTC); None where there are none."""
    return max((moment for moment in _moments(now) if moment <= now), default=None)


def is_due() -> bool:
    """This week's test is not made, its moment came today, and it is no quiet hour: late, but not at night."""
    now = clock.now()
    moment = last_moment(now)
    return moment is not None and _is_still_time(moment, now) and of_week(moment) is None


def skipped() -> datetime | None:
    """The last set moment a day ago or more (UTC), if no test was made then or since and somebody was here."""
    moment = last_moment(clock.now() - LATE)
    # A test of the days before counts as well: the weekday may have been changed since.
    if moment is None or _first_came_after(moment) or _made_since(moment - ABOUT_A_WEEK):
        return None
    return moment


def start() -> None:
    """Make this week's test. Two schedulers at once: one makes it, the other finds it made."""
    moment = last_moment(clock.now())
    if moment is None or not is_due():
        return
    test = DutyTest(week=week_of(moment), user=whom(clock.now()), created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(test)
    except IntegrityError:
        return
    if test.user is None or address_of(test.user, Channel.VOICE) is None:
        miss(test.id)
    else:
        _call(test, test.user)


def confirm(test: DutyTest) -> bool:
    """The digit was pressed; the calls that wait are not made. False if it was confirmed before."""
    now = clock.now()
    confirmed = changed_rows(
        sa.update(DutyTest).where(DutyTest.id == test.id, DutyTest.confirmed_at.is_(None)).values(confirmed_at=now)
    )
    if test.user_id is not None:
        outbox.cancel_for_key(test.user_id, key_of(test))
    return confirmed == 1


def overdue() -> list[int]:
    """Ids of the tests that nobody has confirmed in time and of which the managers do not know."""
    query = sa.select(DutyTest.id).where(
        IS_WEEKLY,
        DutyTest.confirmed_at.is_(None),
        DutyTest.missed_at.is_(None),
        DutyTest.created_at <= clock.now() - PATIENCE,
    )
    return list(db.session.scalars(query))


def miss(test_id: int) -> None:
    """Nobody confirmed it, or there is nobody to call: tell the managers, once."""
    missed = changed_rows(
        sa.update(DutyTest)
        .where(DutyTest.id == test_id, DutyTest.confirmed_at.is_(None), DutyTest.missed_at.is_(None))
        .values(missed_at=clock.now())
    )
    if missed == 1:
        test = db.session.get_one(DutyTest, test_id)
        for manager in people_with(RoleName.MANAGER) or people_with(RoleName.ADMINISTRATOR):
            _tell(manager, test)


def of_week(moment: datetime) -> DutyTest | None:
    return db.session.scalar(sa.select(DutyTest).filter_by(week=week_of(moment)))


def _made_since(at: datetime) -> bool:
    query = sa.select(DutyTest.id).where(IS_WEEKLY, DutyTest.created_at >= at).limit(1)
    return db.session.scalar(query) is not None


def _first_came_after(at: datetime) -> bool:
    """Nobody was here yet at that instant."""
    return db.session.scalar(sa.select(User.id).where(User.created_at <= at).limit(1)) is None


def last_outcome() -> DutyTest | None:
    """The newest test that was confirmed or missed."""
    is_over = sa.or_(DutyTest.confirmed_at.is_not(None), DutyTest.missed_at.is_not(None))
    query = sa.select(DutyTest).where(IS_WEEKLY, is_over)
    return db.session.scalars(query.order_by(DutyTest.id.desc()).limit(1)).first()


def why_missed(test: DutyTest) -> str:
    """NOBODY, NO_PHONE or NO_ANSWER, as things are now."""
    if test.user is None:
        return NOBODY
    return NO_ANSWER if address_of(test.user, Channel.VOICE) else NO_PHONE


def whom(at: datetime) -> User | None:
    """Whom a test at that instant calls: the next person on duty; where one person alone has it, that one."""
    schedule = duty.main_schedule()
    if schedule is None:
        return None
    shift = duty.next_shift(schedule, at)
    return shift.user if shift else duty.who_is_on_call(schedule, at)


def week_of(moment: datetime) -> str:
    """The local ISO week, "2026-W47"."""
    year, week, _day = moment.astimezone(settings().zone).isocalendar()
    return f"{year}-W{week:02d}"


def _moments(around: datetime) -> list[datetime]:
    """The set moments of three weeks, out of the quiet hours, in UTC."""
    house = settings()
    if house.test_alert_at is None:
        return []
    weekday, at = house.test_alert_at
    today = around.astimezone(house.zone).date()
    days = [today + timedelta(days=weekday - today.weekday() + 7 * week) for week in (-1, 0, 1)]
    set_moments = [first_instant(datetime.combine(day, at), house.zone) for day in days]
    return [after_quiet_hours(moment, house.quiet_hours, house.zone) for moment in set_moments]


def _is_still_time(moment: datetime, now: datetime) -> bool:
    house = settings()
    is_same_day = moment.astimezone(house.zone).date() == now.astimezone(house.zone).date()
    return is_same_day and after_quiet_hours(now, house.quiet_hours, house.zone) == now


def _call(test: DutyTest, user: User) -> None:
    now = test.created_at
    for number, (channel, after) in enumerate(WAYS):
        outbox.enqueue(
            Letter(
                event=NotificationEvent.TEST_ALERT,
                channel=channel,
                address=address_of(user, channel) or "",
                dedupe_key=f"{key_of(test)}{number}",
                locale=user.locale,
                lane=Lane.REPLY,
                user_id=user.id,
                params={"test": test.id},
                due_at=now + after,
                expires_at=now + PATIENCE,
            )
        )


def _tell(manager: User, test: DutyTest) -> None:
    now = clock.now()
    for channel, due_at in ((Channel.EMAIL, now), (Channel.SMS, when_awake(manager, now))):
        address = address_of(manager, channel)
        if address is not None:
            outbox.enqueue(
                Letter(
                    event=NotificationEvent.TEST_MISSED,
                    channel=channel,
                    address=address,
                    dedupe_key=f"test_missed:{test.id}:{manager.id}:{channel}",
                    locale=manager.locale,
                    user_id=manager.id,
                    params={"name": test.user.name if test.user else "", "reason": why_missed(test)},
                    due_at=due_at,
                )
            )


def key_of(test: DutyTest) -> str:
    """What the dedupe keys of its messages begin with."""
    return f"test:{test.week}:" if test.week is not None else f"own_test:{test.id}:"
