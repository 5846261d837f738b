"""A person's own contacts, rules and tests in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import LazyString, format_time
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from helpdesk import clock, contact_words
from helpdesk.attempt_words import why_not
from helpdesk.config import settings
from helpdesk.i18n import clock_time, when
from helpdesk.labels import attempt_label, label
from helpdesk.models import Attempt, Contact, DutyTest, NotifyRule, User
from helpdesk.models.codes import AttemptState, Channel, ContactKind, ContactTrouble, Priority
from helpdesk.oncall import contacts, own_test, personal
from helpdesk.oncall.personal import Way
from helpdesk.oncall.recipients import ways_by_rules
from helpdesk.people.contacts import Objection
from helpdesk.phone import is_mobile, show_phone
from helpdesk.sentences import _

COMES: dict[Channel, LazyString] = {
    Channel.SMS: _l("an SMS"),
    Channel.VOICE: _l("a call"),
    Channel.EMAIL: _l("a mail"),
}
REFUSED: dict[str, LazyString] = {
    "known": _l("You have this one already."),
    "too_many_contacts": _l("You have six already. Remove one that you no longer use."),
    "proven": _l("It is confirmed already."),
    "too_many_codes": _l("Three codes went there within the hour. Try again in an hour."),
    "too_many_tests": _l("You have made three tests within the hour. Try again later."),
    "no_way": _l("There is no way to alert you: add a phone number and confirm it first."),
    "no_channel": _l("Choose at least one of them."),
    "quiet_too_long": _l("Quiet hours have a beginning and an end, and last 14 hours at most."),
    "contact_not_found": _l("This number or address is no longer there."),
}
AGAINST: dict[Objection, LazyString] = {
    Objection.SECOND_FACTOR: _l(
        "The codes of the second step of signing in go to this number, so it cannot be removed here. "
        "If the phone is lost, tell a manager."
    ),
    Objection.SIGN_IN_ADDRESS: _l("You sign in with this address, so it cannot be removed."),
    Objection.SIGN_IN_PHONE: _l("You sign in with this number. Without it only your e-mail address is left."),
    Objection.LAST_PHONE: _l("It is your only number that works and you have a shift: no alert would reach you."),
}


@dataclass(frozen=True)
class OwnContact:
    """A number or address on the page. `state` is good, warning or bad, `says` in words, `does` what to do."""

    contact: Contact
    shown: str
    state: str
    says: str
    does: str
    is_first: bool


def own_contacts(user: User) -> list[OwnContact]:
    firsts = {kind: next((c for c in user.contacts if c.kind is kind), None) for kind in ContactKind}
    return [_own_contact(contact, firsts[contact.kind] is contact) for contact in user.contacts]


def contact_state(contact: Contact) -> str:
    """In a few words, for lists."""
    return str(_STATES[contacts.trouble_of(contact)])


def _own_contact(contact: Contact, is_first: bool) -> OwnContact:
    trouble = contacts.trouble_of(contact)
    state = {None: "good", ContactTrouble.NOT_PROVEN: "warning"}.get(trouble, "bad")
    says, does = contact_state(contact), ""
    if trouble is None and contact.kind is ContactKind.PHONE and not is_mobile(contact.value):
        says = _("works, a landline: calls only")
    if trouble in (ContactTrouble.BROKEN, ContactTrouble.STOPPED):
        problem = contact_words.problem_with(contact, trouble)
        says, does = contact_words.to_owner(problem), contact_words.owner_does_here(problem)
    return OwnContact(contact, contact_words.shown(contact), state, says, does, is_first)


_STATES: dict[ContactTrouble | None, LazyString] = {
    None: _l("works"),
    ContactTrouble.NOT_PROVEN: _l("not confirmed yet"),
    ContactTrouble.BROKEN: _l("does not work"),
    ContactTrouble.STOPPED: _l("no SMS because of STOP, calls only"),
}


@dataclass(frozen=True)
class Happens:
    """What an alert does in one part of the day. `completed`: more than the rules alone say."""

    hours: str
    says: str
    completed: str


def what_happens(user: User, rules: Sequence[NotifyRule]) -> list[Happens]:
    """In a step of an alert as the standard has it, for each part of the day that the rules tell apart."""
    borders = {border for rule in rules for border in (rule.from_time, rule.until_time)}
    starts = sorted(border for border in borders if border is not None)
    ends = [*starts[1:], *starts[:1]]
    return [_in_hours(user, rules, start, end) for start, end in zip(starts, ends, strict=True)] or [
        _in_hours(user, rules, None, None)
    ]


def _in_hours(user: User, rules: Sequence[NotifyRule], start: time | None, end: time | None) -> Happens:
    at = _today(start or time(12))
    found = ways_by_rules(user, rules, own_test.STEP, at)
    wanted = personal.ways(rules, Priority.URGENT, at, settings().zone)
    hours = (
        _("From %(start)s to %(end)s", start=_short(start), end=_short(end)) if start and end else _("At any hour")
    )
    return Happens(hours, in_words(found), _completed(wanted, found))


def _completed(wanted: list[Way], found: list[Way]) -> str:
    if not wanted or not found or set(found) <= set(wanted):
        return ""
    return _("Your rules alone would leave your phone quiet for too long, so the standard is added.")


def in_words(found: list[Way]) -> str:
    """ "an SMS at once, then a call after 2 minutes" """
    if not found:
        return _("nothing reaches you: you have no number that works")
    parts = [_("%(what)s %(time)s", what=COMES[channel], time=_after(after)) for channel, after in found]
    return _(", then ").join(parts)


def _after(after: timedelta) -> str:
    seconds = int(after.total_seconds())
    if not seconds:
        return _("at once")
    if seconds % 60:
        return str(_n("after %(num)s second", "after %(num)s seconds", seconds))
    return str(_n("after %(num)s minute", "after %(num)s minutes", seconds // 60))


def _today(at: time) -> datetime:
    zone = settings().zone
    return datetime.combine(clock.now().astimezone(zone).date(), at, tzinfo=zone)


def _short(at: time | None) -> str:
    return format_time(datetime.combine(clock.now().date(), at), "HH:mm", rebase=False) if at else ""


@dataclass(frozen=True)
class Tried:
    """One SMS, call or mail of a test. `state` is good, waiting or bad."""

    what: str
    where: str
    says: str
    state: str


def test_says(test: DutyTest) -> str:
    """How the test as a whole stands."""
    if test.confirmed_at is not None:
        return _("Confirmed at %(time)s: alerts reach you.", time=clock_time(test.confirmed_at))
    if own_test.is_running(test):
        return _("Under way since %(time)s. Confirm it: answer 1 by SMS, or press 1 in the call.", time=_at(test))
    return _("The test of %(time)s was not confirmed.", time=when(test.created_at))


def tried(attempt: Attempt) -> Tried:
    channel = attempt.channel
    where = attempt.address if channel is Channel.EMAIL else show_phone(attempt.address)
    says = _(
        "%(state)s, %(time)s", state=attempt_label(channel, attempt.state), time=clock_time(_last_moment(attempt))
    )
    why = str(why_not(attempt))
    return Tried(str(label(channel)), where, f"{says} – {why}" if why else says, _state_of(attempt))


def _state_of(attempt: Attempt) -> str:
    if attempt.state is AttemptState.DELIVERED:
        return "good"
    missed = (AttemptState.UNDELIVERED, AttemptState.FAILED, AttemptState.EXPIRED)
    return "bad" if attempt.state in missed else "waiting"


def _last_moment(attempt: Attempt) -> datetime:
    return attempt.finished_at or attempt.sent_at or attempt.accepted_at or attempt.sending_at or attempt.due_at


def _at(test: DutyTest) -> str:
    return clock_time(test.created_at)
