"""One demo ticket as rows: pure functions from what happened when to the columns of ticket and clocks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from helpdesk.models.codes import AckVia, Category, Priority, SlaTargetKind, TicketSource, TicketStatus
from helpdesk.sla.calendar import BusinessCalendar, Pause
from helpdesk.sla.clock import AT_LEAST_AFTER_REOPENING
from helpdesk.sla.reminder_rules import SHARES

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    id: int | None
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Promise:
    """`minutes` of the calendar's time for one target."""

    minutes: int
    calendar_id: int
    calendar: BusinessCalendar


@dataclass(frozen=True)
class Place:
    """A unit as the teller sees it."""

    unit_id: int
    municipality_id: int
    code: str
    group_id: int | None
    reporter: Person


@dataclass(frozen=True)
class Subject:
    """What the ticket is about."""

    place: Place
    category: Category
    priority: Priority
    source: TicketSource
    summary: str
    description: str
    answer: str
    via: AckVia = AckVia.PAGE
    alerted: tuple[tuple[Person, ...], ...] = ()  # the people of each step of the alert, urgent tickets only
    question: str = ""
    reply: str = ""
    complaint: str = ""
    note: str = ""


@dataclass(frozen=True)
class Course:
    """What happened when; None: it has not. `holder` acknowledged and works on it."""

    created: datetime
    holder: Person | None = None
    acknowledged: datetime | None = None
    responded: datetime | None = None
    asked: datetime | None = None
    answered: datetime | None = None
    first_resolved: datetime | None = None  # before it was reopened
    reopened: datetime | None = None
    resolved: datetime | None = None
    closed: datetime | None = None


def status_of(course: Course) -> TicketStatus:
    reached = (
        (course.closed, TicketStatus.CLOSED),
        (course.resolved, TicketStatus.RESOLVED),
        (course.asked and not course.answered, TicketStatus.WAITING),
        (course.responded or course.reopened, TicketStatus.IN_PROGRESS),
        (course.acknowledged, TicketStatus.ACKNOWLEDGED),
    )
    return next((status for happened, status in reached if happened), TicketStatus.NEW)


def ticket_row(subject: Subject, course: Course, clocks: list[Row]) -> Row:
    """Without the number, which depends on the others."""
    place, reporter = subject.place, subject.place.reporter
    holder_id = course.holder.id if course.holder and course.acknowledged else None
    return {
        "municipality_id": place.municipality_id,
        "unit_id": place.unit_id,
        "group_id": place.group_id,
        "category": subject.category,
        "priority": subject.priority,
        "status": status_of(course),
        "source": subject.source,
        "summary": subject.summary,
        "description": subject.description,
        "reporter_user_id": reporter.id if subject.source is TicketSource.FORM else None,
        "reporter_name": reporter.name,
        "reporter_phone": reporter.phone,
        "reporter_email": reporter.email,
        "assignee_id": holder_id,
        "created_at": course.created,
        "acknowledged_at": course.acknowledged,
        "acknowledged_by_id": holder_id,
        "first_response_at": course.responded,
        "resolved_at": course.resolved,
        "closed_at": course.closed,
        "reopened_count": 1 if course.reopened else 0,
        "next_due_at": min((c["due_at"] for c in clocks if _is_running(c)), default=None),
    }


def _is_running(row: Row) -> bool:
    return row["met_at"] is None and row["due_at"] is not None


def clock_row(kind: SlaTargetKind, promise: Promise, course: Course, now: datetime) -> Row:
    """A row of sla_clock with its `pauses` and `reminders`, as it stands at `now`."""
    met = _MET[kind](course)
    pauses = [(start, end) for start, end in _pauses(course) if met is None or start < met]
    paused = next((start for start, end in pauses if end is None), None)
    due = None if paused else _due(kind, promise, course, pauses)
    return {
        "kind": kind,
        "calendar_id": promise.calendar_id,
        "minutes": promise.minutes,
        "started_at": course.created,
        "due_at": due,
        "paused_at": paused,
        "met_at": met,
        "business_minutes": _used(promise, course, met, pauses),
        "breached_at": due if due and due < (met or now) else None,
        "pauses": [(start, end) for start, end in pauses if end is not None],
        "reminders": [] if met else [_reminder(share, promise, course, pauses, now) for share in SHARES],
    }


def _used(promise: Promise, course: Course, met: datetime | None, pauses: list[Pause]) -> int | None:
    """Whole minutes of business time."""
    return promise.calendar.elapsed(course.created, met, pauses) // timedelta(minutes=1) if met else None


def _due(kind: SlaTargetKind, promise: Promise, course: Course, pauses: list[Pause]) -> datetime:
    due = promise.calendar.due(course.created, promise.minutes, pauses)
    if kind is SlaTargetKind.RESOLVE and course.reopened:
        return max(due, promise.calendar.due(course.reopened, AT_LEAST_AFTER_REOPENING))
    return due


def _reminder(share: int, promise: Promise, course: Course, pauses: list[Pause], now: datetime) -> Row:
    """Whose time has come is marked as done: nobody is reminded of what was before the demo began."""
    if any(end is None for _start, end in pauses):
        return {"share": share, "due_at": None, "done_at": None}
    due = promise.calendar.due(course.created, promise.minutes * share / 100, pauses)
    return {"share": share, "due_at": due, "done_at": due if due <= now else None}


_MET: dict[SlaTargetKind, Callable[[Course], datetime | None]] = {
    SlaTargetKind.ACKNOWLEDGE: lambda course: course.acknowledged,
    SlaTargetKind.FIRST_RESPONSE: lambda course: course.responded,
    SlaTargetKind.RESOLVE: lambda course: course.resolved,
}


def _pauses(course: Course) -> list[Pause]:
    """While the unit owed an answer, and between the first solution and the reopening."""
    spans = ((course.asked, course.answered), (course.first_resolved, course.reopened))
    return [(start, end) for start, end in spans if start is not None]
