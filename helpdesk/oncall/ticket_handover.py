"""An urgent ticket goes to a named person: they are alerted at once, whoever has it keeps it until somebody takes
it, and should the person not answer, the policy's steps follow."""

from helpdesk.errors import refuse
from helpdesk.models import Escalation, Ticket, User
from helpdesk.models.codes import Channel, EventKind
from helpdesk.oncall import escalation as escalations
from helpdesk.oncall import in_vain, running_alerts
from helpdesk.oncall.expiry import holder_of
from helpdesk.oncall.people import address_of
from helpdesk.oncall.steps import PHONE
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record

PHONES = [Channel(code) for code in PHONE]


def hand_over(ticket: Ticket, to: User, by: User) -> None:
    """Alert the person.

    Raises:
        NotAllowed: "not_open", "not_urgent", "not_staff" when `to` is none, "not_reachable" when no phone of
            theirs works, "theirs_already".
    """
    hold_ticket(ticket)
    holder = holder_of(ticket)
    _check(ticket, to, holder)
    alert = running_alerts.hold_running(ticket)
    record(ticket, EventKind.HANDED_OVER, of_user(by), to=to.name)
    if alert is not None:
        _join_running(alert, to, by, holder)
    elif holder is not None:
        escalations.open_hand_over(ticket, to, holder)
    else:
        escalations.alert_also(escalations.open_escalation(ticket), to)


def can_take(user: User) -> bool:
    """Whether the person can be handed an urgent ticket."""
    return user.is_staff and _has_phone(user)


def _check(ticket: Ticket, to: User, holder: User | None) -> None:
    refuse(
        {
            "not_open": not ticket.is_open,
            "not_urgent": not ticket.is_urgent,
            "not_staff": not to.is_staff,
            "not_reachable": not _has_phone(to),
            "theirs_already": holder is not None and holder.id == to.id,
        }
    )


def _has_phone(user: User) -> bool:
    return user.active and any(address_of(user, channel) for channel in PHONES)


def _join_running(alert: Escalation, to: User, by: User, holder: User | None) -> None:
    """Whoever was alerted before stays alerted."""
    if holder is not None and alert.handed_over_by_id is None:
        alert.handed_over_by_id = holder.id
    escalations.alert_also(alert, to)
    if by.id != to.id and holder is None:
        in_vain.pass_by(alert, by)
