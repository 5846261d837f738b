"""Words of the page about absences and swaps."""

from collections.abc import Sequence

from helpdesk.i18n import when
from helpdesk.oncall.schedule import Shift
from helpdesk.sentences import _


def shift_words(shift: Shift) -> str:
    """ "Celina Pokazowa: pt. 13 mar 2026, 08:00 – sob. 14 mar 2026, 08:00"."""
    return f"{shift.user.name}: {when(shift.starts_at)} – {when(shift.ends_at)}"


def absence_words(lost: Sequence[Shift]) -> str:
    """What a new absence has led to; `lost` are the shifts that the person would have had."""
    if not lost:
        return _("Saved. There is no duty in this time.")
    return _(
        "Saved. The others have been asked to take the duty over. Urgent tickets do not wait for that: "
        "an alert goes to the next person at once."
    )


def done_words(answer: str) -> str:
    """What an answer to an offer has led to."""
    return {
        "accept": _("The duty is yours. Both of you are told."),
        "decline": _("Declined. Whoever offered it is told."),
        "withdraw": _("The offer is taken back. The duty stays where it was."),
        "undo": _("The swap is undone: what has not been served is back. Both of you are told."),
    }[answer]
