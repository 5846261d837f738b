"""File, list, read and acknowledge tickets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.idempotency import Answer
from helpdesk.models import Clock, Municipality, Ticket, TimelineEvent, User
from helpdesk.models.codes import AckVia, SlaTargetKind, TicketSource
from helpdesk.notify.links import absolute
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.routes.api.answers import Acknowledgement, FiledTicket, TicketDetail, TicketPage
from helpdesk.routes.api.blueprint import Reply, operation, own_user
from helpdesk.routes.api.once import REPLAYED_DOCUMENTED, answer_once
from helpdesk.routes.api.schemas import NewTicket, TicketQuery
from helpdesk.tickets.access import find_ticket, visible_to
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.tickets.queries import history_page
from helpdesk.tickets.units import find_unit
from helpdesk.tickets.wanted import Span, Wanted

LATEST_EVENTS = 200
NUMBER = {
    "in": "path",
    "name": "number",
    "required": True,
    "description": "The ticket's number.",
    "schema": {"type": "string", "minLength": 1},
    "example": "MOD-2026-0042",
}
LOCATION = {
    "Location": {
        "required": True,
        "description": "The ticket in the API.",
        "schema": {"type": "string", "format": "uri"},
    }
}
_ITS_NUMBER = {"number": "$response.body#/number"}
NEXT = {
    "ReadTicket": {"operationId": "read_ticket", "parameters": _ITS_NUMBER},
    "AcknowledgeTicket": {"operationId": "acknowledge_ticket", "parameters": _ITS_NUMBER},
}


@operation(
    "POST",
    "/tickets",
    Reply(shape=FiledTicket, status=201, headers={**LOCATION, **REPLAYED_DOCUMENTED}, links=NEXT),
    body=NewTicket,
    problems=(404, 409),
    parameters=("IdempotencyKey",),
)
def file_ticket(body: dict[str, Any]) -> Response:
    """File a ticket

    Whoever is on duty is alerted at once when it is urgent. `Location` is the ticket's address in the API.
    """
    response = answer_once(lambda: Answer(201, _file(body)))
    number = response.get_json()["number"]
    response.headers["Location"] = absolute("api.read_ticket", number=number)
    return response


@operation("GET", "/tickets", Reply(shape=TicketPage), query=TicketQuery)
def list_tickets(query: dict[str, Any]) -> dict[str, Any]:
    """List the tickets that the token's user may see

    The newest first.
    """
    page = history_page(_wanted(query), visible_to(own_user()), after=query["cursor"], size=query["limit"])
    return {"tickets": _entries(page.tickets), "next_cursor": page.next_key.replace("+00:00", "Z") or None}


@operation("GET", "/tickets/<number>", Reply(shape=TicketDetail), problems=(404,), parameters=(NUMBER,))
def read_ticket(number: str) -> dict[str, Any]:
    """Read a ticket with its timeline"""
    ticket = _find(number)
    (entry,) = _entries([ticket])
    return {
        **entry,
        "description": ticket.description,
        "post_url": ticket.post_url,
        "case_number": ticket.case_number,
        "reporter": _reporter(ticket),
        "timeline": _timeline(ticket),
    }


@operation(
    "POST",
    "/tickets/<number>/acknowledge",
    Reply(shape=Acknowledgement, headers=REPLAYED_DOCUMENTED),
    problems=(400, 403, 404, 409, 413, 422),
    parameters=(NUMBER, "IdempotencyKey"),
)
def acknowledge_ticket(number: str) -> Response:
    """Say "I have it" as the token's user

    For administrators and managers. The first one takes the ticket and ends its alert; whoever comes later
    learns who has it.
    """
    return answer_once(lambda: Answer(200, _acknowledge(number)))


def _file(body: dict[str, Any]) -> dict[str, Any]:
    unit = find_unit(body["unit"], own_user())
    if not unit.active:
        raise NotFound("unit_not_found")
    plain = ("category", "priority", "summary", "description", "post_url", "case_number")
    draft = TicketDraft(
        unit=unit,
        reporter=Reporter(**body["reporter"]),
        source=TicketSource.API,
        locale=settings().default_locale,
        **{name: body[name] for name in plain if name in body},
    )
    ticket = open_ticket(draft)
    token = tokens.sign(tokens.TICKET_PAGE, ticket.id)
    (entry,) = _entries([ticket])
    return dict(FiledTicket().dump({**entry, "url": absolute("reporter.page", token=token)}))


def _acknowledge(number: str) -> dict[str, Any]:
    ticket, user = _find(number), own_user()
    if not user.is_staff:
        raise NotAllowed("not_staff")
    taken = acknowledge(ticket, user, AckVia.API)
    answer = {"acknowledged_by": taken.holder.name, "is_first": taken.is_first}
    plain = ("number", "status", "acknowledged_at")
    return dict(Acknowledgement().dump({**{name: getattr(ticket, name) for name in plain}, **answer}))


def _find(number: str) -> Ticket:
    return find_ticket(number, own_user())


def _wanted(query: dict[str, Any]) -> Wanted:
    return Wanted(
        status=query.get("status", Span.ALL),
        priority=query.get("priority"),
        category=query.get("category"),
        unit_id=query.get("unit"),
        municipality_id=_municipality_id(query.get("municipality")),
        since=query.get("created_since"),
    )


def _municipality_id(code: str | None) -> int | None:
    """0, which is nobody's, for an unknown code."""
    if code is None:
        return None
    return db.session.scalar(sa.select(Municipality.id).filter_by(code=code.upper())) or 0


def _entries(tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """What lists show; two queries for all of them."""
    due, names = _due_times(tickets), _names(ticket.acknowledged_by_id for ticket in tickets)
    plain = ("number", "status", "priority", "category", "summary", "unit", "municipality")
    instants = ("created_at", "acknowledged_at", "resolved_at", "closed_at")
    return [
        {
            **{name: getattr(ticket, name) for name in (*plain, *instants)},
            "acknowledged_by": names.get(ticket.acknowledged_by_id),
            "due": due[ticket.id],
        }
        for ticket in tickets
    ]


def _due_times(tickets: Sequence[Ticket]) -> dict[int, dict[str, datetime | None]]:
    found: dict[int, dict[str, datetime | None]] = {
        ticket.id: dict.fromkeys(kind.value for kind in SlaTargetKind) for ticket in tickets
    }
    query = sa.select(Clock.ticket_id, Clock.kind, Clock.due_at).where(Clock.ticket_id.in_(found))
    for ticket_id, kind, due_at in db.session.execute(query):
        found[ticket_id][kind.value] = due_at
    return found


def _names(user_ids: Iterable[int | None]) -> dict[int | None, str]:
    query = sa.select(User.id, User.name).where(User.id.in_({i for i in user_ids if i is not None}))
    return dict(db.session.execute(query).tuples().all())


def _reporter(ticket: Ticket) -> dict[str, str | None]:
    shown = own_user().is_staff
    return {
        "name": ticket.reporter_name,
        "phone": ticket.reporter_phone or None if shown else None,
        "email": ticket.reporter_email or None if shown else None,
    }


def _timeline(ticket: Ticket) -> list[dict[str, Any]]:
    visible = sa.true() if own_user().is_staff else TimelineEvent.is_public
    query = sa.select(TimelineEvent).where(TimelineEvent.ticket_id == ticket.id, visible)
    latest = db.session.scalars(query.order_by(TimelineEvent.id.desc()).limit(LATEST_EVENTS)).all()
    return [{"at": event.at, "kind": event.kind, "by": event.actor_name or None} for event in reversed(latest)]
