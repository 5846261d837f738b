"""What the pages of promised times say."""

from flask_babel import format_date, ngettext

from helpdesk.clock_words import budget
from helpdesk.clock_words import minutes as span
from helpdesk.forms.hours import hours_text
from helpdesk.labels import label
from helpdesk.models import SlaPolicy, SlaTarget
from helpdesk.models.codes import Priority, SlaTargetKind
from helpdesk.sentences import _
from helpdesk.sla.effects import Move
from helpdesk.sla.following import still_to_come
from helpdesk.sla.opening_days import ROUND_THE_CLOCK, OpeningDay, Why


def date_words(day: OpeningDay) -> str:
    """ "Thu, 24 Dec"."""
    return str(format_date(day.day, "EEE, d MMM"))


def day_words(day: OpeningDay) -> str:
    """ "8:00–16:00", "closed: Nowy Rok"."""
    if day.hours == ROUND_THE_CLOCK:
        return _("round the clock")
    hours = hours_text([list(each) for each in day.hours])
    if day.why is Why.HOLIDAY:
        return _("closed: %(name)s", name=day.holiday)
    return hours or _("not open")


def following_words() -> str:
    """How many tickets still take an edit over; "" for none."""
    count = still_to_come()
    words = ngettext(
        "%(num)s open ticket is still to be worked out anew.",
        "%(num)s open tickets are still to be worked out anew.",
        count,
    )
    return str(words) if count else ""


def target_words(target: SlaTarget | None) -> str:
    """ "4 h on “Office hours”"."""
    if target is None:
        return "–"
    return _("%(time)s, %(calendar)s", time=budget(span(target.minutes)), calendar=target.calendar.name)


def general(policy: SlaPolicy, kind: SlaTargetKind, priority: Priority) -> SlaTarget | None:
    fitting = (t for t in policy.targets if (t.kind, t.priority, t.category) == (kind, priority, None))
    return next(fitting, None)


def own_words(policy: SlaPolicy) -> list[str]:
    """The times of single categories, one a sentence."""
    own = [target for target in policy.targets if target.category is not None]
    order = sorted(own, key=lambda target: (str(target.category), target.priority, target.kind))
    return [
        f"{label(t.category)}, {label(t.priority)}, {label(t.kind)}: {target_words(t)}" for t in order if t.category
    ]


def move_words(move: Move) -> str:
    """How far the deadline moves."""
    if move.before is None:
        return _("new")
    if move.after is None:
        return _("no deadline any more")
    length = budget(abs(move.by))
    return _("%(time)s later", time=length) if move.is_later else _("%(time)s earlier", time=length)
