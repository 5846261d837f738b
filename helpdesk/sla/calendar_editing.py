"""Calendars as managers keep them. An edit makes a new row and puts the old one aside: what a finished ticket was
promised stays as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from zoneinfo import available_timezones

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound, refuse
from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock, SlaPolicy, SlaTarget, Ticket, User
from helpdesk.models.codes import ClockCause
from helpdesk.sla.calendars import newest
from helpdesk.sla.editing import Facts, note, plain, require_opens, require_seen
from helpdesk.sla.following import Edit, ask_to_follow
from helpdesk.sla.promises import follows_one_of
from helpdesk.tickets.actor import of_user
from helpdesk.users import require_manager

Hours = Sequence[Sequence[str]]


@dataclass(frozen=True)
class CalendarDraft:
    """A calendar as it is typed; the fields mean what they mean in the table."""

    name: str
    time_zone: str
    always_open: bool = False
    weekly_hours: Mapping[str, Hours] = field(default_factory=dict)
    polish_holidays: bool = True
    worked_holidays: Sequence[str] = ()
    closed_days: Sequence[str] = ()
    exceptions: Mapping[str, Hours] = field(default_factory=dict)

    def row(self) -> Calendar:
        """A row of its own, not in the database."""
        return Calendar(**facts_of(self))


def all_calendars() -> Sequence[Calendar]:
    """Those in use, by name."""
    query = sa.select(Calendar).where(Calendar.replaced_at.is_(None)).order_by(Calendar.name, Calendar.id)
    return db.session.scalars(query).all()


def find_calendar(calendar_id: int) -> Calendar:
    """The calendar, or what took its place. Raises NotFound."""
    row = db.session.get(Calendar, calendar_id)
    if row is None:
        raise NotFound("not_found")
    return newest(row)


def draft_of(row: Calendar) -> CalendarDraft:
    return CalendarDraft(
        name=row.name,
        time_zone=row.time_zone,
        always_open=row.always_open,
        weekly_hours=row.weekly_hours,
        polish_holidays=row.polish_holidays,
        worked_holidays=row.worked_holidays or [],
        closed_days=row.closed_days,
        exceptions=row.exceptions,
    )


def facts_of(draft: CalendarDraft) -> Facts:
    """All that the calendar says, as the table and the record of changes keep it."""
    rest = {"closed_days": sorted(draft.closed_days), "worked_holidays": sorted(draft.worked_holidays)}
    return plain(asdict(draft) | rest)


def policies_on(row: Calendar) -> Sequence[SlaPolicy]:
    """The policies that promise something on the calendar, by name."""
    query = sa.select(SlaPolicy).join(SlaTarget).where(SlaTarget.calendar_id == row.id).distinct()
    return db.session.scalars(query.order_by(SlaPolicy.name)).all()


def add_calendar(draft: CalendarDraft, by: User) -> Calendar:
    """A new calendar, on which nothing is promised yet.

    Raises:
        NotAllowed: "not_manager", "name_in_use", "unknown_zone", "never_open".
    """
    require_manager(by)
    row = draft.row()
    _check(draft, None)
    db.session.add(row)
    db.session.flush()
    note("sla_calendar_added", _subject(row), by, None, facts_of(draft))
    return row


def change_calendar(old: Calendar, draft: CalendarDraft, seen: str, by: User) -> Edit | None:
    """Another row takes its place, and the policies' targets go with it; open tickets follow. None where no promise
    can change. `seen`: the version that the editor began with.

    Raises:
        NotAllowed: "not_manager", "changed_meanwhile", "name_in_use", "unknown_zone", "never_open".
    """
    require_manager(by)
    db.session.refresh(old, with_for_update={"of": Calendar})
    before, after = facts_of(draft_of(old)), facts_of(draft)
    if old.replaced_at is not None:
        raise NotAllowed("changed_meanwhile")
    require_seen(seen, before)
    _check(draft, old)
    if before == after:
        return None
    if before | {"name": ""} == after | {"name": ""}:
        old.name = draft.name
        note("sla_calendar_changed", _subject(old), by, before, after)
        return None
    new = _replace(old, draft)
    note("sla_calendar_changed", _subject(new), by, before, after)
    edit = Edit(ClockCause.CALENDAR, of_user(by), _touched(old, new))
    ask_to_follow(edit)
    return edit


def _replace(old: Calendar, draft: CalendarDraft) -> Calendar:
    old.replaced_at = clock.now()
    db.session.flush()  # the name is free before the new row takes it
    new = draft.row()
    new.replaces_id = old.id
    db.session.add(new)
    db.session.flush()
    for target in db.session.scalars(sa.select(SlaTarget).where(SlaTarget.calendar_id == old.id)):
        target.calendar = new
    db.session.flush()
    return new


def _touched(old: Calendar, new: Calendar) -> sa.ColumnElement[bool]:
    """Tickets whose policy promises something on it, or that were promised something on it before."""
    counts = sa.select(Clock.id).where(
        Clock.ticket_id == Ticket.id,
        Clock.calendar_id == old.id,
        Clock.met_at.is_(None),
        Clock.stopped_at.is_(None),
    )
    return sa.or_(follows_one_of([policy.id for policy in policies_on(new)]), counts.exists())


def _check(draft: CalendarDraft, old: Calendar | None) -> None:
    same_name = sa.select(Calendar.id).where(Calendar.name == draft.name, Calendar.replaced_at.is_(None))
    others = same_name.where(Calendar.id != (old.id if old else 0))
    refuse(
        {
            "name_in_use": db.session.scalar(others) is not None,
            "unknown_zone": draft.time_zone not in available_timezones(),
        }
    )
    targets = sa.select(sa.func.max(SlaTarget.minutes)).where(SlaTarget.calendar_id == (old.id if old else 0))
    require_opens(draft.row(), db.session.scalar(targets) or 1)


def _subject(row: Calendar) -> str:
    return f"calendar:{row.id}"
