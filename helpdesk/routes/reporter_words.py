"""The state of a ticket in the words of somebody who waits for help."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.labels import label
from helpdesk.models import Clock, Ticket
from helpdesk.models.codes import EventKind, Priority, SlaTargetKind, TicketStatus
from helpdesk.oncall import running_alerts
from helpdesk.phone import is_mobile, show_phone

PROMISES: dict[SlaTargetKind, LazyString] = {
    SlaTargetKind.ACKNOWLEDGE: _l("Somebody takes it by"),
    SlaTargetKind.FIRST_RESPONSE: _l("First answer by"),
    SlaTargetKind.RESOLVE: _l("Solved by"),
}
_NEW: dict[Priority, tuple[LazyString, LazyString]] = {
    Priority.URGENT: (
        _l("We are calling the administrators"),
        _l("One after another, until somebody takes it. You do not have to do anything."),
    ),
    Priority.NORMAL: (
        _l("Received"),
        _l("The administrators have it and answer in working hours."),
    ),
}
_NOT_OUT_YET = (
    _l("Our SMS and calls are not getting out just now"),
    _l("Your ticket is safe. We keep trying, by phone and by e-mail, until somebody takes it."),
)
_STATES: dict[TicketStatus, tuple[LazyString, LazyString]] = {
    TicketStatus.ACKNOWLEDGED: (_l("An administrator has taken it"), _l("You do not have to do anything.")),
    TicketStatus.IN_PROGRESS: (_l("An administrator is working on it"), _l("You do not have to do anything.")),
    TicketStatus.WAITING: (_l("We are waiting for your answer"), _l("Read the question and answer it below.")),
    TicketStatus.RESOLVED: (_l("Solved"), _l("If something is still wrong, you can reopen the ticket below.")),
    TicketStatus.CLOSED: (_l("Closed"), _l("If something is still wrong, you can reopen the ticket below.")),
}


def state_of(ticket: Ticket) -> tuple[str, str]:
    """A headline and a sentence."""
    if ticket.merged_into is not None:
        return _merged_words(ticket)
    if ticket.status is TicketStatus.NEW:
        if ticket.is_urgent and running_alerts.gets_nowhere(ticket):
            headline, explanation = _NOT_OUT_YET
            return str(headline), str(explanation)
        headline, explanation = _NEW[ticket.priority]
        return str(headline), _with_alerted(ticket, str(explanation))
    headline, explanation = _STATES[ticket.status]
    return _with_holder(ticket, str(headline)), str(explanation)


def _merged_words(ticket: Ticket) -> tuple[str, str]:
    headline = _("It goes on as ticket %(number)s", number=ticket.survivor.number)
    return headline, _("It is about the same problem. What you write here is read there.")


def way_back_of(ticket: Ticket) -> str:
    """How the reporter hears from us next; the same choice as helpdesk.tickets.tell.reporter makes."""
    if not ticket.is_open:
        return ""
    gets_sms = is_mobile(ticket.reporter_phone) if ticket.reporter_phone else False
    if gets_sms and ticket.is_urgent and ticket.status is TicketStatus.NEW:
        return _("When somebody takes it, we send an SMS to %(phone)s.", phone=show_phone(ticket.reporter_phone))
    if ticket.reporter_email:
        return _("The answer comes by e-mail to %(email)s.", email=ticket.reporter_email)
    if gets_sms:
        return _("The answer comes by SMS to %(phone)s.", phone=show_phone(ticket.reporter_phone))
    return _("You will see the answer on the page of the ticket: keep the link below.")


def promise_of(kind: SlaTargetKind, clock: Clock) -> str:
    """ "Solved by" stands before an instant; before a result or a pause it is "Resolution"."""
    runs = clock.due_at is not None and clock.met_at is None and clock.paused_at is None
    return str(PROMISES[kind] if runs else label(kind))


def _with_holder(ticket: Ticket, headline: str) -> str:
    holder = ticket.assignee or ticket.acknowledged_by
    at_work = ticket.status in (TicketStatus.ACKNOWLEDGED, TicketStatus.IN_PROGRESS)
    return _("%(name)s is taking care of it", name=holder.name) if holder and at_work else headline


def _with_alerted(ticket: Ticket, explanation: str) -> str:
    alerts = [event for event in ticket.events if event.kind is EventKind.ALERTED]
    names = alerts[-1].data.get("names") if alerts and ticket.is_urgent else None
    if not names:
        return explanation
    return explanation + " " + _("Alerted now: %(names)s.", names=", ".join(names))
