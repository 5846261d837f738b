"""What a plan means, in sentences."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask_babel import ngettext

from helpdesk.forms.hours import HOURS_WORDS, Hours, choice_of, hours_text
from helpdesk.forms.layers import weekday
from helpdesk.i18n import when_in
from helpdesk.models import Override, Rotation, Schedule, User
from helpdesk.models.codes import HolidayRule, OverrideKind, RotationKind
from helpdesk.oncall.layers import Pattern, order_at
from helpdesk.oncall.overrides import Conflict, Trouble
from helpdesk.oncall.rotation import Rotation as Turns
from helpdesk.sentences import _

LENGTHS: dict[RotationKind, Callable[[int], str]] = {
    RotationKind.HOURLY: lambda count: str(ngettext("%(num)s hour", "%(num)s hours", count)),
    RotationKind.DAILY: lambda count: str(ngettext("%(num)s day", "%(num)s days", count)),
    RotationKind.WEEKLY: lambda count: str(ngettext("%(num)s week", "%(num)s weeks", count)),
    RotationKind.MONTHLY: lambda count: str(ngettext("%(num)s month", "%(num)s months", count)),
}


def names_of(people: Sequence[User]) -> str:
    return ", ".join(user.name for user in people)


def pattern_words(pattern: Pattern, since: datetime | None, time_zone: str) -> str:
    """ "From Mon 2 Mar 2026, 08:00 in turn: Anna, Beata; one shift lasts 1 week. Only at night." """
    parts = [_turns(pattern, when_in(since, time_zone) if since else ""), *_hours(pattern), *_holidays(pattern)]
    return " ".join(parts)


def row_words(schedule: Schedule, row: Rotation, at: datetime) -> str:
    """The row as it is at `at`, or from when it is in force."""
    since = row.in_force_from if row.in_force_from is not None and row.in_force_from > at else None
    first = Turns(row.kind, row.starts_at, schedule.time_zone, row.shift_length, [None])
    shown_at = since or at
    pattern = pattern_of(row, order_at(schedule, row, shown_at))
    sentences = [pattern_words(pattern, since, schedule.time_zone)]
    if row.members:
        handover = when_in(first.next_handoff(shown_at), schedule.time_zone)
        sentences.append(_("Next hand-over: %(at)s.", at=handover))
    if row.in_force_until is not None:
        sentences.append(_("Until %(at)s.", at=when_in(row.in_force_until, schedule.time_zone)))
    return " ".join(sentences)


def pattern_of(row: Rotation, people: Sequence[User]) -> Pattern:
    return Pattern(row.kind, row.shift_length, people, row.name, row.weekly_hours, row.holidays)


def _turns(pattern: Pattern, since: str) -> str:
    names, length = names_of(pattern.people), LENGTHS[pattern.kind](pattern.shift_length)
    if not pattern.people:
        return _("Nobody is in this layer.")
    if len(pattern.people) == 1:
        alone = _("From %(since)s: %(name)s.", since=since, name=names)
        return alone if since else _("%(name)s, always.", name=names)
    if since:
        return _(
            "From %(since)s in turn: %(names)s. One shift: %(length)s.", since=since, names=names, length=length
        )
    return _("In turn: %(names)s. One shift: %(length)s.", names=names, length=length)


def _hours(pattern: Pattern) -> list[str]:
    choice = choice_of(pattern.weekly_hours)
    if choice is Hours.ALWAYS:
        return []
    if choice is not Hours.OWN:
        return [_("It counts only: %(hours)s.", hours=_lower_first(str(HOURS_WORDS[choice])))]
    given = pattern.weekly_hours or {}
    days = [f"{weekday(int(day))} {hours_text(hours)}" for day, hours in sorted(given.items()) if hours]
    return [_("It counts only: %(hours)s.", hours="; ".join(days))]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _holidays(pattern: Pattern) -> list[str]:
    words = {
        HolidayRule.OFF: _("Not on Polish public holidays."),
        HolidayRule.WHOLE_DAY: _("On Polish public holidays all day."),
    }
    return [words[pattern.holidays]] if pattern.holidays in words else []


def override_words(row: Override) -> str:
    """Who for whom."""
    coming = row.user.name if row.user else ""
    going = row.instead_of.name if row.instead_of else ""
    match row.kind:
        case OverrideKind.REPLACE if going:
            return _("%(coming)s for %(going)s", coming=coming, going=going)
        case OverrideKind.REPLACE:
            return _("%(coming)s for everybody", coming=coming)
        case OverrideKind.ADD:
            return _("%(coming)s in addition", coming=coming)
        case OverrideKind.REMOVE:
            return _("without %(going)s", going=going)


def conflict_words(conflict: Conflict, time_zone: str) -> str:
    """What speaks against a change."""
    values = {
        "since": when_in(conflict.starts_at, time_zone),
        "until": when_in(conflict.ends_at, time_zone),
        "name": conflict.person.name if conflict.person else "",
        "schedule": conflict.schedule.name if conflict.schedule else "",
    }
    match conflict.trouble:
        case Trouble.NOBODY:
            return _("Nobody is on duty from %(since)s to %(until)s.", **values)
        case Trouble.ABSENT:
            return _("%(name)s is absent from %(since)s to %(until)s.", **values)
        case Trouble.ELSEWHERE:
            return _("%(name)s has the duty of “%(schedule)s” from %(since)s to %(until)s.", **values)
        case Trouble.NO_PHONE:
            return _("%(name)s cannot be reached by phone: no number works.", **values)
        case Trouble.NO_EFFECT:
            return _("This changes nothing: who is on duty then stays the same.")
        case Trouble.ANOTHER_PLAN:
            return _(
                "Another temporary plan covers %(since)s to %(until)s too; the one added later counts.", **values
            )
