"""List and read tickets through the API."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models.codes import EventKind, Priority, TicketStatus
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.timeline import record
from helpdesk.transaction import transaction
from tests.factories import make_ticket
from tests.routes.api_requests import TICKETS, bearer, file_ticket, numbers, only_ticket, read


@pytest.fixture
def tickets(cast):
    """One of the OSP, one of the school, one of the other gmina; a minute between them."""
    found = []
    for unit, user in ((cast.osp, cast.jan), (cast.school, cast.stefania), (cast.library, cast.olga)):
        clock.advance(timedelta(minutes=1))
        found.append(make_ticket(cast, unit=unit, reporter_user=user))
    return found


@pytest.mark.parametrize(("who", "count"), [("jan", 1), ("kinga", 2), ("anna", 3), ("marek", 3)])
def test_a_token_sees_what_its_user_may_see(client, cast, tickets, who, count):
    assert len(numbers(read(client, getattr(cast, who), TICKETS))) == count


def test_pages_continue_where_the_last_one_ended(client, cast, tickets):
    first = read(client, cast.anna, TICKETS, limit=2)
    second = read(client, cast.anna, TICKETS, limit=2, cursor=first.json["next_cursor"])
    assert numbers(first) + numbers(second) == [ticket.number for ticket in reversed(tickets)]
    assert second.json["next_cursor"] is None


def test_a_cursor_needs_no_quoting_in_an_address(client, cast, tickets):
    first = read(client, cast.anna, TICKETS, limit=2)
    second = client.get(f"{TICKETS}?limit=2&cursor={first.json['next_cursor']}", headers=bearer(cast.anna))
    assert numbers(second) == [tickets[0].number]


def test_filters_narrow_the_list(client, cast, tickets):
    make_ticket(cast, priority=Priority.URGENT, status=TicketStatus.RESOLVED, category="hate")
    for query in ({"status": "resolved"}, {"priority": "urgent"}, {"category": "hate"}):
        assert len(numbers(read(client, cast.anna, TICKETS, **query))) == 1
    assert len(numbers(read(client, cast.anna, TICKETS, unit=cast.library.id))) == 1
    assert len(numbers(read(client, cast.anna, TICKETS, municipality="brz"))) == 1
    assert numbers(read(client, cast.anna, TICKETS, municipality="XXX")) == []


def test_created_since_reads_any_offset(client, cast, tickets):
    found = read(client, cast.anna, TICKETS, created_since="2026-03-11T10:03:00+01:00")
    assert numbers(found) == [tickets[2].number]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "out_of_range"),
        ("limit=1_0", "wrong_type"),
        ("limit=1&limit=2", "repeated"),
        ("cursor=x", "wrong_format"),
        ("created_since=2026-03-11", "wrong_format"),
        ("created_since=2026-02-30T00:00:00Z", "wrong_format"),
        ("status=open", "not_a_choice"),
        ("stauts=new", "unknown_field"),
    ],
)
def test_a_bad_parameter_is_refused_and_named(client, cast, query, code):
    answer = client.get(f"{TICKETS}?{query}", headers=bearer(cast.anna))
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [(query.split("=")[0], code)]


def test_a_ticket_is_read_with_its_timeline(client, cast):
    number = file_ticket(client, cast).json["number"]
    found = read(client, cast.jan, f"{TICKETS}/{number}").json
    assert found["status"] == "new"
    assert (found["acknowledged_at"], found["acknowledged_by"]) == (None, None)
    assert {"at": "2026-03-11T09:00:00Z", "kind": "opened", "by": "Jan Testowy"} in found["timeline"]


def test_internal_events_and_contacts_are_for_staff(client, cast):
    number = file_ticket(client, cast).json["number"]
    with transaction():
        record(only_ticket(), EventKind.NOTED, of_user(cast.anna))
    for user, kinds, phone in ((cast.jan, False, None), (cast.anna, True, "+48500000012")):
        found = read(client, user, f"{TICKETS}/{number}").json
        assert ("noted" in [event["kind"] for event in found["timeline"]]) is kinds
        assert found["reporter"]["phone"] == phone


@pytest.mark.parametrize("number", ["MOD-2026-0003", "BRZ-2026-0003", "%00", "%ED%A0%80", "x" * 500])
def test_what_does_not_exist_and_what_is_hidden_look_the_same(client, cast, tickets, number):
    answer = read(client, cast.jan, f"{TICKETS}/{number}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.fixture
def statements(app):
    """The SQL that is executed during the test."""
    found = []

    def note(_connection, _cursor, statement, *_rest):
        found.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(db.engine, "before_cursor_execute", note)


def test_reading_changes_nothing(client, cast, tickets, statements):
    headers, number = bearer(cast.anna), tickets[0].number
    statements.clear()
    for path in (TICKETS, f"{TICKETS}/{number}", "/api/v1/units", "/api/v1/on-call"):
        assert client.get(path, headers=headers).status_code == 200
    assert {statement.split()[0] for statement in statements} <= {"BEGIN", "SELECT"}


def test_a_longer_page_costs_no_more_queries(client, cast, tickets, statements):
    headers, counts = bearer(cast.anna), []
    for limit in (1, 3):
        db.session.remove()
        statements.clear()
        assert len(numbers(client.get(f"{TICKETS}?limit={limit}", headers=headers))) == limit
        counts.append(len(statements))
    assert counts[0] == counts[1]
