"""The forms of the desk: what staff write on a ticket, and what they look for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.forms.fields import at_most, needed
from helpdesk.forms.uploads import ACCEPT, PICTURES_HINT
from helpdesk.labels import label
from helpdesk.models import User
from helpdesk.models.codes import Category, Priority, SlaTargetKind, TicketStatus
from helpdesk.reports.period import LONGEST, read_day
from helpdesk.tickets.queries import NOBODY
from helpdesk.tickets.wanted import DueIn, Outcome, Span, Wanted

HISTORY_DAYS = 90  # how far back the history goes unless a day is named
_LONG = 10_000


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button."""


class WordsForm(FlaskForm):  # type: ignore[misc]
    """Words for the reporter that may be left out."""

    body = TextAreaField(_l("Message text"), validators=[at_most(_LONG)])
    files = MultipleFileField(_l("Attach files"), description=PICTURES_HINT, render_kw={"accept": ACCEPT})


class ReplyForm(WordsForm):
    body = TextAreaField(_l("Message text"), validators=[needed(_l("Write the message first.")), at_most(_LONG)])


class NoteForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField(_l("Internal note"), validators=[needed(_l("Write the note first.")), at_most(_LONG)])


class AssignForm(FlaskForm):  # type: ignore[misc]
    to = SelectField(_l("Assign to"), coerce=int, validators=[InputRequired()])

    def offer(self, staff: list[User]) -> "AssignForm":
        self.to.choices = [(user.id, user.name) for user in staff]
        return self


class HandOverForm(FlaskForm):  # type: ignore[misc]
    hand_to = SelectField(_l("Hand over to"), coerce=int, validators=[InputRequired()])

    def offer(self, people: list[User]) -> "HandOverForm":
        self.hand_to.choices = [(user.id, user.name) for user in people]
        return self


class PriorityForm(FlaskForm):  # type: ignore[misc]
    """`to` is the priority that the button named; lowering it wants a reason (the rule says so)."""

    to_priority = HiddenField()
    reason = StringField(_l("Reason"), validators=[Optional(), at_most(300)])


class CategoryForm(FlaskForm):  # type: ignore[misc]
    category = SelectField(_l("Category"), validators=[InputRequired()])

    def offer(self, now: Category) -> "CategoryForm":
        self.category.choices = [(each.value, label(each)) for each in Category]
        if self.category.data is None:
            self.category.data = now.value
        return self


class MergeForm(FlaskForm):  # type: ignore[misc]
    into = StringField(
        _l("Number of the other ticket"),
        description=_l("For example LEO-2026-0042; of the same municipality."),
        validators=[needed(_l("Enter the number of the other ticket.")), at_most(20)],
    )


class ReopenForm(FlaskForm):  # type: ignore[misc]
    reopen_reason = StringField(
        _l("Why is it reopened?"), validators=[needed(_l("Say why; the reason stays on the ticket.")), at_most(300)]
    )


@dataclass(frozen=True)
class DayRange:
    """Local days, both included; None where open."""

    since: date | None
    until: date | None

    @property
    def since_words(self) -> str:
        return format_date(self.since, "d MMM y") if self.since else ""

    @property
    def until_words(self) -> str:
        return format_date(self.until, "d MMM y") if self.until else ""


Code = TypeVar("Code", bound=StrEnum)


def code_or_none(kind: type[Code], text: str | None) -> Code | None:
    """The code that the text names; None for a text that names none."""
    return next((code for code in kind if code.value == text), None)


def read_wanted(args: Mapping[str, str], *, me: int, municipality_id: int | None) -> Wanted:
    """What the address asks for. Whatever cannot be read is left out; open tickets unless it says otherwise."""
    status = _status(args)
    days = read_days(args, status)
    since, until = _midnight(days.since), _midnight(days.until + timedelta(days=1)) if days.until else None
    by_end, outcome = args.get("by") == BY_END, _outcome(args.get("outcome"))
    return Wanted(
        status=status,
        priority=code_or_none(Priority, args.get("priority")),
        category=code_or_none(Category, args.get("category")),
        municipality_id=municipality_id,
        unit_id=read_id(args.get("unit")),
        assignee_id=_assignee(args, me),
        text=args.get("q", "").strip()[:100],
        since=since,
        until=until,
        by_end=by_end,
        hours=() if by_end else hours_of(days, read_id(args.get("hour"))),
        reopened=args.get("reopened") == "yes",
        target=code_or_none(SlaTargetKind, args.get("target")) if outcome else None,
        outcome=outcome,
        due=code_or_none(DueIn, args.get("due")) if Wanted(status=status).is_open_only else None,
    )


def read_days(args: Mapping[str, str], status: Span | TicketStatus) -> DayRange:
    """`since` and `until` of the address, whichever comes first. Without them the history starts HISTORY_DAYS ago;
    an empty `since` takes the limit away."""
    since, until = read_day(args.get("since")), read_day(args.get("until"))
    if since and until:
        since, until = sorted((since, until))
    is_history = not Wanted(status=status).is_open_only
    if is_history and "since" not in args:
        today = clock.now().astimezone(settings().zone).date()
        since = min(today, until or today) - timedelta(days=HISTORY_DAYS)
    return DayRange(since, until)


BY_END = "end"  # as `by`: the days are those of the end, not of the filing


def hours_of(days: DayRange, hour: int | None) -> tuple[tuple[datetime, datetime], ...]:
    """The spans of an hour of the local week (0 = Monday 00:00) within the days; both clock changes included."""
    if hour is None or not days.since or not days.until:
        return ()
    zone, count = settings().zone, (days.until - days.since).days + 1
    every = (days.since + timedelta(days=n) for n in range(min(count, LONGEST)))
    starts = (datetime.combine(day, time(hour % 24)) for day in every if day.weekday() == hour // 24)
    return tuple((at.replace(tzinfo=zone), (at + timedelta(hours=1)).replace(tzinfo=zone)) for at in starts)


def hour_wanted(wanted: Wanted) -> int | None:
    """The hour of the local week (0 = Monday 00:00) to which the list is narrowed."""
    if not wanted.hours:
        return None
    start = wanted.hours[0][0].astimezone(settings().zone)
    return start.weekday() * 24 + start.hour


def kept_fields(wanted: Wanted) -> dict[str, Any]:
    """What only the address says of a list, for hidden fields of its form."""
    fields = {
        "outcome": wanted.outcome,
        "target": wanted.target,
        "due": wanted.due,
        "reopened": "yes" if wanted.reopened else None,
        "by": BY_END if wanted.by_end else None,
        "hour": hour_wanted(wanted),
    }
    return {name: value for name, value in fields.items() if value is not None}


_NARROWS_THE_PAST = ("since", "until", "outcome")
_OUTCOME_WORDS = {"in_time": Outcome.MET, "late": Outcome.LATE, "open": Outcome.RUNNING}


def _status(args: Mapping[str, str]) -> Span | TicketStatus:
    text = args.get("status")
    named = code_or_none(Span, text) or code_or_none(TicketStatus, text)
    looks_back = any(args.get(name) for name in _NARROWS_THE_PAST)
    return named or (Span.ALL if looks_back else Span.OPEN)


def _outcome(text: str | None) -> Outcome | None:
    return code_or_none(Outcome, text) or _OUTCOME_WORDS.get(text or "")


def _assignee(args: Mapping[str, str], me: int) -> int | None:
    text = args.get("assignee") or args.get("administrator")
    return {"me": me, "none": NOBODY}.get(text or "", read_id(text))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=settings().zone) if day else None


_NAMES = (
    *("status", "q", "priority", "category", "municipality", "unit", "assignee", "administrator"),
    *("since", "until", "by", "hour", "target", "outcome", "due", "reopened"),
)


def kept_parameters(args: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """The parameters of the address that a list reads, with `changes`; those changed to None are left out. Others
    must not reach url_for: it has some of its own, `_scheme` among them."""
    values = {name: value for name, value in args.items() if name in _NAMES} | changes
    return {name: value for name, value in values.items() if value is not None}
