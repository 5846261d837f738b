"""Calendars that other programs subscribe to: whose they are, who may renew their address, what stands in them."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Schedule, User
from helpdesk.models.codes import RoleName
from helpdesk.oncall.outlook import AROUND
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import Shift, all_schedules, shifts
from helpdesk.oncall.spans import local_midnight, meeting, uncovered

BACK, AHEAD = timedelta(days=30), timedelta(days=120)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Owner = TypeVar("Owner", User, Schedule)


@dataclass(frozen=True)
class Event(Span):
    """A shift, or a gap (`user` None). `key` stays the same when its end moves or somebody's name changes."""

    key: str
    schedule: Schedule
    user: User | None


@dataclass(frozen=True)
class Feed:
    """`changed_at`: since then nothing in it has changed, as far as anybody wrote it down."""

    events: list[Event]
    changed_at: datetime


def person_of(user_id: int, secret: str) -> User | None:
    """Whose calendar it is; None for a wrong secret, and for people who have left or are no staff any more."""
    user = _owner(User, user_id, secret)
    return user if user is not None and user.active and user.is_staff else None


def schedule_of(schedule_id: int, secret: str) -> Schedule | None:
    return _owner(Schedule, schedule_id, secret)


def renew_own(user: User, by: User) -> None:
    """A new address; the old one is dead at once.

    Raises:
        NotAllowed: it is somebody else's, or the person is no staff.
    """
    if by.id != user.id or not by.is_staff:
        raise NotAllowed("403")
    _renew(user, by, f"user:{user.id}")


def renew_schedules(schedule: Schedule, by: User) -> None:
    """A new address; the old one is dead at once.

    Raises:
        NotAllowed: the person is no manager.
    """
    if not by.is_a(RoleName.MANAGER):
        raise NotAllowed("403")
    _renew(schedule, by, f"schedule:{schedule.id}")


def feed_of_person(user: User) -> Feed:
    """All their shifts in all schedules."""
    found = [event for schedule in all_schedules() for event in _shifts(schedule) if event.user is user]
    return Feed(sorted(found, key=lambda event: (event.starts_at, event.key)), _changed_at())


def feed_of_schedule(schedule: Schedule) -> Feed:
    """Everybody's shifts; and the gaps from today on, unless there is nothing else."""
    found = _shifts(schedule)
    missing = _gaps(schedule, found) if found else []
    return Feed(sorted([*found, *missing], key=lambda event: (event.starts_at, event.key)), _changed_at())


def _shifts(schedule: Schedule) -> list[Event]:
    span = _span(schedule)
    border = span.starts_at - AROUND
    found = shifts(schedule, border, span.ends_at + AROUND)
    return [_event(schedule, shift, border) for shift in meeting(found, span)]


def _event(schedule: Schedule, shift: Shift, border: datetime) -> Event:
    key = f"shift-{schedule.id}-{shift.user.id}-{_since(shift.starts_at, border)}"
    return Event(shift.starts_at, shift.ends_at, key, schedule, shift.user)


def _gaps(schedule: Schedule, found: list[Event]) -> list[Event]:
    """Those that end after today began."""
    span, today = _span(schedule), _midnight(schedule)
    left = uncovered(span, found)
    return [
        Event(
            gap.starts_at, gap.ends_at, f"gap-{schedule.id}-{_since(gap.starts_at, span.starts_at)}", schedule, None
        )
        for gap in left
        if gap.ends_at > today
    ]


def _since(at: datetime, border: datetime) -> str:
    """What began before the calendar does keeps one key while the calendar moves on."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if at > border else "running"


def _span(schedule: Schedule) -> Span:
    """Its borders stay through a day, so that the calendar does not change without a reason."""
    midnight = _midnight(schedule)
    return Span(midnight - BACK, midnight + AHEAD)


def _midnight(schedule: Schedule) -> datetime:
    zone = ZoneInfo(schedule.time_zone)
    return local_midnight(clock.now().astimezone(zone).date(), zone)


def _changed_at() -> datetime:
    """Every change of a plan is in the audit log. Other entries do no harm: it never goes back."""
    return db.session.scalar(sa.select(sa.func.max(AuditEntry.at))) or EPOCH


def _owner(model: type[Owner], owner_id: int, secret: str) -> Owner | None:
    """The row whose secret it is; the comparison takes as long for a wrong one."""
    row = db.session.get(model, owner_id)
    expected = (row.feed_secret if row is not None else None) or secrets.token_urlsafe(32)
    is_right = hmac.compare_digest(expected.encode(), secret.encode("utf-8", "surrogatepass"))
    return row if is_right else None


def _renew(owner: User | Schedule, by: User, subject: str) -> None:
    owner.feed_secret = secrets.token_urlsafe(32)
    db.session.add(AuditEntry(user_id=by.id, action="calendar_address_renewed", subject=subject))
