"""Numbers and addresses that do not work, in words: what is wrong, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.attempt_words import CODES
from helpdesk.config import settings
from helpdesk.models import Contact
from helpdesk.models.codes import ContactKind, ContactTrouble
from helpdesk.phone import show_phone
from helpdesk.sentences import _


@dataclass(frozen=True)
class Problem:
    """What is wrong with a number or address; `code` is the provider's, "" where it is not about that."""

    trouble: ContactTrouble
    kind: ContactKind = ContactKind.PHONE
    value: str = ""
    code: str = ""
    is_of_staff: bool = True

    @property
    def key(self) -> tuple[ContactTrouble, ContactKind]:
        return self.trouble, self.kind


_T, _PHONE, _EMAIL = ContactTrouble, ContactKind.PHONE, ContactKind.EMAIL
_Words = dict[tuple[ContactTrouble, ContactKind], LazyString]
REFUSED = {_PHONE: _l("the operator takes no messages for it"), _EMAIL: _l("its mail server refuses our mail")}
TO_OWNER: _Words = {
    (_T.MISSING, _PHONE): _l("We have no phone number of yours."),
    (_T.NOT_PROVEN, _PHONE): _l("You have not confirmed your number %(value)s yet."),
    (_T.STOPPED, _PHONE): _l("Your number %(value)s gets no SMS from us: you have sent STOP."),
    (_T.BROKEN, _PHONE): _l("Your number %(value)s gets no SMS and no calls from us: %(why)s."),
    (_T.BROKEN, _EMAIL): _l("Your address %(value)s gets no e-mail from us: %(why)s."),
}
TO_MANAGERS: _Words = {
    (_T.MISSING, _PHONE): _l("%(name)s has no phone number here."),
    (_T.NOT_PROVEN, _PHONE): _l("%(name)s has not confirmed the number %(value)s yet."),
    (_T.STOPPED, _PHONE): _l("%(name)s has sent STOP: no SMS to %(value)s any more, calls only."),
    (_T.BROKEN, _PHONE): _l("%(name)s gets no SMS and no calls at %(value)s: %(why)s."),
    (_T.BROKEN, _EMAIL): _l("%(name)s gets no e-mail at %(value)s: %(why)s."),
}
OWNER_DOES: _Words = {
    (_T.MISSING, _PHONE): _l("Add your number on the page My settings."),
    (_T.NOT_PROVEN, _PHONE): _l("Confirm it with a code on the page My settings."),
    (_T.STOPPED, _PHONE): _l("Send START by SMS to %(ours)s, and they come again."),
    (_T.BROKEN, _PHONE): _l(
        "If it works again, sign in and press “It works again” on top of the page. If you have another number, "
        "add it on the page My settings; if you cannot sign in, say so %(whom)s."
    ),
    (_T.BROKEN, _EMAIL): _l("Confirm it again with a code on the page My settings, or add another one there."),
}
ON_PAGE: _Words = {
    **OWNER_DOES,
    (_T.BROKEN, _PHONE): _l("If you have another number, add it on the page My settings."),
}
MANAGERS_DO: _Words = {
    (_T.MISSING, _PHONE): _l("Ask for a number that works, or let somebody else take the duty."),
    (_T.NOT_PROVEN, _PHONE): _l("Ask that person to confirm it with a code on the page My settings."),
    (_T.STOPPED, _PHONE): _l("Ask that person to send START by SMS to %(ours)s."),
    (_T.BROKEN, _PHONE): _l("Ask for a number that works, or let somebody else take the duty."),
    (_T.BROKEN, _EMAIL): _l("Ask for an address that works."),
}


def problem_with(contact: Contact | None, trouble: ContactTrouble) -> Problem:
    """`contact` is None where there is none."""
    if contact is None:
        return Problem(trouble)
    code = (contact.broken_code or "") if trouble is ContactTrouble.BROKEN else ""
    return Problem(trouble, contact.kind, contact.value, code, contact.user.is_staff)


def problem_in(params: Mapping[str, Any]) -> Problem:
    """What a letter is about (helpdesk/oncall/contacts.py writes its params)."""
    trouble, kind = ContactTrouble(params["trouble"]), ContactKind(params["kind"])
    return Problem(trouble, kind, params["value"], params["code"], params["is_of_staff"])


def shift_in(params: Mapping[str, Any]) -> datetime | None:
    """When the shift begins that a letter speaks of (aware)."""
    at = params.get("shift_at")
    return datetime.fromisoformat(at) if at else None


def why(problem: Problem) -> str:
    """What the provider says, as a short phrase with its code."""
    known = CODES.get(problem.code) if problem.kind is ContactKind.PHONE else None
    words = str(known or REFUSED[problem.kind])
    return f"{words} ({problem.code})" if problem.code else words


def shown(problem: Problem | Contact) -> str:
    """The number or address itself, as people write it."""
    return show_phone(problem.value) if problem.kind is ContactKind.PHONE else problem.value


def to_owner(problem: Problem) -> str:
    return _fill(TO_OWNER[problem.key], problem)


def to_managers(problem: Problem, name: str) -> str:
    return _fill(TO_MANAGERS[problem.key], problem, name)


def owner_does(problem: Problem) -> str:
    return _fill(OWNER_DOES[problem.key], problem)


def owner_does_here(problem: Problem) -> str:
    """Beside the button with which a number can be tried again."""
    return _fill(ON_PAGE[problem.key], problem)


def managers_do(problem: Problem) -> str:
    return _fill(MANAGERS_DO[problem.key], problem)


def _fill(words: LazyString, problem: Problem, name: str = "") -> str:
    whom = _("to a manager") if problem.is_of_staff else _("to your coordinator")
    ours = our_number()
    return str(words) % {"name": name, "value": shown(problem), "why": why(problem), "ours": ours, "whom": whom}


def our_number() -> str:
    """Where START is sent to, as people write it."""
    sender = settings().twilio_from_number
    return show_phone(sender) if sender.startswith("+") else _("the number that our SMS come from")
