"""Whom alerts woke: SMS and calls that reached a phone at night. Only the nights of the attempts are read, through
ix_attempt_alerted, so that the cost does not grow with what was sent by day, or to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket, User
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent, RoleName
from helpdesk.oncall.load import NIGHT, Alerted, Rules
from helpdesk.reports.period import Period
from helpdesk.tickets.queries import NAME_ONLY

MOST_DAYS = 92
_BEGINS, _ENDS = (time.fromisoformat(text) for text in NIGHT)
_DAY = timedelta(days=1)
# A literal: SQLite takes a partial index for nothing less.
_IS_ALERT = Attempt.lane == sa.literal_column(str(int(Lane.ALERT)))
_RANG = sa.and_(Attempt.channel == Channel.VOICE, Attempt.sent_at.is_not(None), Attempt.error_code == "")
_REACHED = sa.or_(Attempt.state.in_((AttemptState.SENT, AttemptState.DELIVERED)), _RANG)


@dataclass(frozen=True)
class Woken:
    """In how many nights, and by how many alerts, each once a night."""

    user: User
    nights: int
    alerts: int


@dataclass(frozen=True)
class Waking:
    """By a ticket's alert. `night` is the local day on which it began, `at` (aware UTC) when the alert's first
    message came."""

    night: date
    ticket: Ticket
    at: datetime


def alerted_at_night(period: Period) -> list[Alerted]:
    """What reached phones in the nights that began in the period, which has some months at most."""
    query = (
        sa.select(Notification.user_id, Notification.ticket_id, Attempt.sending_at)
        .join(Attempt.notification)
        .where(
            _IS_ALERT,
            sa.or_(*(_is_within(*span) for span in _nights(period))),
            Attempt.channel.in_((Channel.SMS, Channel.VOICE)),
            _REACHED,
            Notification.event == NotificationEvent.ALERT,
        )
    )
    rows = db.session.execute(query).tuples()
    return [Alerted(person, ticket, at) for person, ticket, at in rows if person and ticket and at]


def woken(period: Period, reader: User) -> list[Woken] | None:
    """By person, most nights first, those who slept left out. None for a period of more than MOST_DAYS."""
    if period.days > MOST_DAYS:
        return None
    found: dict[int, set[tuple[date, int]]] = {}
    for night, person, ticket in _first_of_each(period):
        if _may_see(reader, person):
            found.setdefault(person, set()).add((night, ticket))
    users = db.session.scalars(sa.select(User).where(User.id.in_(found)).options(*NAME_ONLY))
    rows = [Woken(user, len({night for night, _ in found[user.id]}), len(found[user.id])) for user in users]
    return sorted(rows, key=lambda row: (-row.nights, -row.alerts, row.user.name))


def what_woke(user_id: int, period: Period, reader: User) -> tuple[User, list[Waking]]:
    """What woke this person, in order; nothing for a period of more than MOST_DAYS.

    Raises:
        NotFound: there is no such person, or their nights are not the reader's business.
    """
    user = db.session.get(User, user_id) if _may_see(reader, user_id) else None
    if user is None:
        raise NotFound("not_found")
    own = _first_of_each(period) if period.days <= MOST_DAYS else {}
    moments = {(night, ticket): at for (night, person, ticket), at in own.items() if person == user_id}
    tickets = _tickets([ticket for _night, ticket in moments])
    rows = [Waking(night, tickets[ticket], at) for (night, ticket), at in moments.items()]
    return user, sorted(rows, key=lambda row: row.at)


def _may_see(reader: User, user_id: int) -> bool:
    """As with the load of duty: managers see everybody, administrators themselves."""
    return reader.is_a(RoleName.MANAGER) or reader.id == user_id


def _first_of_each(period: Period) -> dict[tuple[date, int, int], datetime]:
    """By night, person and ticket: when the first message came."""
    rules, found = Rules(period.zone.key, frozenset()), dict[tuple[date, int, int], datetime]()
    for each in sorted(alerted_at_night(period), key=lambda each: each.at):
        night = rules.night_of(each.at)
        if night is not None:
            found.setdefault((night, each.person, each.alert), each.at)
    return found


def _tickets(ids: Sequence[int]) -> dict[int, Ticket]:
    return {ticket.id: ticket for ticket in db.session.scalars(sa.select(Ticket).where(Ticket.id.in_(ids)))}


def _nights(period: Period) -> list[tuple[datetime, datetime]]:
    """From which instant to which, in the period's zone."""
    days = (period.first + n * _DAY for n in range(period.days))
    return [(_at(day, _BEGINS, period.zone), _at(day + _DAY, _ENDS, period.zone)) for day in days]


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone)


def _is_within(start: datetime, end: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(Attempt.sending_at >= start, Attempt.sending_at < end)
