"""The monthly report goes to the coordinators by e-mail, on the morning of the next month's first working day.

Asked "what is due and not sent": after an outage it still goes, as long as its month is the last one. A
municipality without a coordinator whose mail works gets none, until it has one in the course of the month.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Contact, Contract, Municipality, ReportSent, Role, User
from helpdesk.models.codes import Channel, ContactKind, Lane, NotificationEvent, RoleName
from helpdesk.oncall.people import address_of
from helpdesk.oncall.schedule import public_holidays
from helpdesk.outbox import Letter
from helpdesk.reports.monthly import last_day, later

MORNING = time(8, 0)  # local
_DAY = timedelta(days=1)
# ON CONFLICT waits for a transaction that writes the same key, so that of two schedulers one sends.
_CLAIM = sa.text(
    "INSERT INTO report_sent (municipality_id, month, at) VALUES (:municipality_id, :month, :at) "
    "ON CONFLICT (municipality_id, month) DO NOTHING RETURNING municipality_id"
).bindparams(
    sa.bindparam("month", type_=ReportSent.month.type),
    sa.bindparam("at", type_=ReportSent.at.type),
)


def first_working_day(first: date, zone: ZoneInfo) -> date:
    """Of the month that begins on `first`: from Monday to Friday, and no Polish public holiday."""
    since = datetime.combine(first, time(), zone)
    closed = public_holidays(zone.key, since, since + 14 * _DAY)
    days = (first + n * _DAY for n in range(14))
    return next(day for day in days if day.weekday() < 5 and day not in closed)


def month_to_send(now: datetime, zone: ZoneInfo) -> date | None:
    """The first day of the month whose reports are to be out by now; None until the morning of the day."""
    wall = now.astimezone(zone)
    this = wall.date().replace(day=1)
    is_time = wall.date() >= first_working_day(this, zone) and wall.time() >= MORNING
    return later(this, -1) if is_time else None


def due() -> list[tuple[int, date]]:
    """Municipalities, each with the month, that had a contract in it, have a coordinator to write to, and were not
    sent its report."""
    month = month_to_send(clock.now(), settings().zone)
    if month is None:
        return []
    is_sent = sa.exists().where(ReportSent.municipality_id == Municipality.id, ReportSent.month == month)
    had_contract = sa.exists().where(
        Contract.municipality_id == Municipality.id,
        Contract.valid_from <= last_day(month),
        sa.or_(Contract.valid_to.is_(None), Contract.valid_to >= month),
    )
    is_reached = Municipality.id.in_(sa.select(User.municipality_id).where(_IS_READER, _HAS_MAIL))
    query = sa.select(Municipality.id).where(~is_sent, had_contract, is_reached)
    return [(place, month) for place in db.session.scalars(query.order_by(Municipality.id))]


def send(chosen: tuple[int, date]) -> None:
    """A mail to every coordinator of the municipality; nothing, if another run was first."""
    municipality_id, month = chosen
    place = db.session.get_one(Municipality, municipality_id)
    readers = [(user, address_of(user, Channel.EMAIL)) for user in coordinators(municipality_id)]
    reached = [(user, address) for user, address in readers if address]
    if not reached or not _is_mine(municipality_id, month):
        return
    for user, address in reached:
        outbox.enqueue(
            Letter(
                event=NotificationEvent.MONTHLY_REPORT,
                channel=Channel.EMAIL,
                address=address,
                dedupe_key=f"report:{municipality_id}:{month:%Y-%m}:{user.id}",
                locale=user.locale,
                user_id=user.id,
                lane=Lane.NOTICE,
                params={"municipality_id": place.id, "place": place.name, "month": f"{month:%Y-%m}"},
            )
        )


def coordinators(municipality_id: int) -> Sequence[User]:
    """Active ones who want the reports by mail, in the order in which they were added."""
    query = sa.select(User).where(_IS_READER, User.municipality_id == municipality_id)
    return db.session.scalars(query.order_by(User.id)).all()


def reached_municipalities() -> set[int]:
    """The ids of those with a coordinator whose mail works."""
    query = sa.select(User.municipality_id).where(User.municipality_id.is_not(None), _IS_READER, _HAS_MAIL)
    return {place for place in db.session.scalars(query) if place is not None}


_IS_READER = sa.and_(User.active, User.reports_by_mail, User.roles.any(Role.name == RoleName.COORDINATOR))
_HAS_MAIL = User.contacts.any(
    sa.and_(
        Contact.kind == ContactKind.EMAIL,
        Contact.verified_at.is_not(None),
        Contact.broken_at.is_(None),
        Contact.opted_out_at.is_(None),
    )
)


def _is_mine(municipality_id: int, month: date) -> bool:
    values = {"municipality_id": municipality_id, "month": month, "at": clock.now()}
    return db.session.scalar(_CLAIM, values) is not None
