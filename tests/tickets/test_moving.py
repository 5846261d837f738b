"""A ticket goes to another unit and keeps its number."""

import pytest

from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry
from helpdesk.models.codes import EventKind
from helpdesk.tickets.moving import move_ticket
from helpdesk.transaction import transaction
from tests.drafts import opened


def moved(ticket, unit, by):
    with transaction():
        move_ticket(ticket, unit, by)


def test_it_belongs_to_the_other_unit_and_gmina_and_keeps_its_number(cast):
    ticket = opened(cast)
    number = ticket.number
    moved(ticket, cast.library, cast.anna)
    assert (ticket.unit, ticket.municipality, ticket.number) == (cast.library, cast.brzezina, number)


def test_timeline_and_audit_say_who_moved_it(cast):
    ticket = opened(cast)
    moved(ticket, cast.library, cast.anna)
    event = ticket.events[-1]
    assert (event.kind, event.actor_name) == (EventKind.MOVED, cast.anna.name)
    entry = db.session.query(AuditEntry).filter_by(action="ticket_moved").one()
    assert (entry.user_id, entry.data["to"]) == (cast.anna.id, cast.library.name)


def test_to_its_own_unit_nothing_happens(cast):
    ticket = opened(cast)
    moved(ticket, cast.osp, cast.anna)
    assert ticket.events[-1].kind is not EventKind.MOVED


def test_only_staff_move_tickets(cast):
    ticket = opened(cast)
    with pytest.raises(NotAllowed):
        moved(ticket, cast.library, cast.kinga)


def test_a_unit_that_is_switched_off_takes_none(cast):
    ticket = opened(cast)
    with transaction():
        cast.library.active = False
    with pytest.raises(NotFound):
        moved(ticket, cast.library, cast.anna)
