"""What a page shows of an urgent ticket that somebody has: who else is wanted, who is asked, who could take it."""

from dataclasses import dataclass

from helpdesk.models import Escalation, Ticket, User
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall.expiry import holder_of, is_asked
from helpdesk.oncall.further_people import more_wanted, still_ask, who_took
from helpdesk.oncall.people import people_with
from helpdesk.oncall.running_alerts import running
from helpdesk.oncall.ticket_handover import can_take


@dataclass(frozen=True)
class Holding:
    """`is_wanted`: the reader's yes would count; `is_asked`: the reader must say that they still have it."""

    took: list[str]
    more: int
    giver: str
    is_giver: bool
    is_wanted: bool
    is_asked: bool
    may_end: bool


def holding_of(ticket: Ticket, reader: User) -> Holding | None:
    """None where nothing goes on besides the work: nobody has it, or nobody else is being looked for."""
    if ticket.acknowledged_at is None or not ticket.is_open or not ticket.is_urgent:
        return None
    asked, alert = is_asked(ticket, reader), running(ticket)
    if alert is None:
        return Holding([], 0, "", False, False, True, False) if asked else None
    giver = alert.handed_over_by
    return Holding(
        [user.name for user in _took(alert)],
        more_wanted(alert),
        giver.name if giver else "",
        giver is not None and giver.id == reader.id,
        ticket.id in still_ask([ticket], reader),
        asked,
        alert.acks_wanted > 1 and reader.is_a(RoleName.MANAGER),
    )


def offered(ticket: Ticket) -> list[User]:
    """Whom the ticket can be handed over to, by name."""
    if not ticket.is_open or not ticket.is_urgent:
        return []
    people = {user.id: user for role in STAFF for user in people_with(role)}
    holder = holder_of(ticket)
    return sorted((u for u in people.values() if u is not holder and can_take(u)), key=lambda user: user.name)


def _took(alert: Escalation) -> list[User]:
    return who_took(alert) if alert.acks_wanted > 1 else []
