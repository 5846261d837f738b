"""A person's own number that does not work: one button sends a test SMS."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from helpdesk import contact_words
from helpdesk.attempt_words import why_not
from helpdesk.errors import NotFound
from helpdesk.extensions import limiter
from helpdesk.i18n import when
from helpdesk.models import Attempt, Contact, User
from helpdesk.models.codes import AttemptState, ContactKind, ContactTrouble, RoleName
from helpdesk.oncall import contacts
from helpdesk.oncall.schedule import Shift
from helpdesk.phone import hide_middle, show_phone
from helpdesk.routes.access import EVERYBODY, allow
from helpdesk.routes.way_back import way_back
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("contacts", __name__, url_prefix="/contacts")
UNDER_WAY = (
    AttemptState.DUE,
    AttemptState.SENDING,
    AttemptState.ACCEPTED,
    AttemptState.SENT,
    AttemptState.UNKNOWN,
)


@dataclass(frozen=True)
class OwnProblem:
    """A number or address of the reader that does not work. `says` and `does`: what is wrong, what to do about it;
    `tried` tells of the last test SMS. `can_be_tried` shows the button."""

    contact: Contact
    says: str
    does: str
    tried: str
    can_be_tried: bool


@dataclass(frozen=True)
class Planned:
    """Somebody whose shift comes (`starts_at`, aware) and whose phone does not work: what is wrong, what to do."""

    name: str
    starts_at: datetime
    says: str
    does: str


def planned_problems(reader: User, since: datetime, until: datetime) -> list[Planned]:
    """For the on-call plan. Whole numbers of others are for managers; the reader's own banner speaks for itself."""
    found = contacts.unreachable_between(since, until)
    return [_planned(each, reader) for each in found if each.contact not in contacts.troubled(reader)]


def problem_in(shift: Shift, reader: User) -> Planned | None:
    """What keeps alerts, or their SMS, from whoever has the shift; None where nothing does."""
    found = contacts.unreachable_by_phone(shift.user, shift.starts_at)
    return _planned(found, reader) if found else None


def _planned(found: contacts.Unreachable, reader: User) -> Planned:
    problem = contact_words.problem_with(found.contact, found.trouble)
    name, starts_at = found.user.name, found.starts_at
    if found.user.id == reader.id:
        return Planned(name, starts_at, contact_words.to_owner(problem), contact_words.owner_does(problem))
    if not reader.is_a(RoleName.MANAGER):
        problem = replace(problem, value=hide_middle(problem.value))
    return Planned(name, starts_at, contact_words.to_managers(problem, name), contact_words.managers_do(problem))


def own_problems() -> list[OwnProblem]:
    """For the banner on the reader's pages; costs nothing where all is well."""
    if not current_user.is_authenticated:
        return []
    return [_own_problem(contact) for contact in contacts.troubled(current_user)]


def _own_problem(contact: Contact) -> OwnProblem:
    problem = contact_words.problem_with(contact, contacts.trouble_of(contact) or ContactTrouble.BROKEN)
    is_dead_phone = problem.key == (ContactTrouble.BROKEN, ContactKind.PHONE)
    last = contacts.last_test(contact) if is_dead_phone else None
    return OwnProblem(
        contact=contact,
        says=contact_words.to_owner(problem),
        does=contact_words.owner_does_here(problem),
        tried=_tried(last) if last else "",
        can_be_tried=is_dead_phone and not (last and last.state in UNDER_WAY),
    )


def _tried(last: Attempt) -> str:
    if last.state in UNDER_WAY:
        return _("A test SMS is on its way; this notice goes when it is reported as delivered.")
    time, why = when(last.finished_at), str(why_not(last))
    said = _("The test SMS of %(time)s did not arrive.", time=time)
    return f"{said} ({why})" if why else said


@bp.post("/<int:contact_id>/test")
@allow(*EVERYBODY)
@limiter.limit("3 per hour", key_func=lambda: f"contact {current_user.get_id()}")
def test(contact_id: int) -> ResponseReturnValue:
    """Send an SMS to the person's own broken number; whether it works again, its delivery report says."""
    own = next((c for c in contacts.troubled(current_user) if c.id == contact_id), None)
    if own is None or own.kind is not ContactKind.PHONE or own.broken_at is None:
        raise NotFound("not_found")
    with transaction():
        contacts.send_test(own)
    flash(_("A test SMS is on its way to %(number)s.", number=show_phone(own.value)), "info")
    return redirect(way_back())


@bp.errorhandler(TooManyRequests)
def too_many(_error: TooManyRequests) -> ResponseReturnValue:
    flash(_("A test SMS can be sent three times an hour. Try again later or tell a manager."), "warning")
    return redirect(way_back())
