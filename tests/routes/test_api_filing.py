"""File tickets through the API."""

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.models.codes import TicketSource
from helpdesk.transaction import transaction
from tests.routes.api_requests import TICKETS, bearer, file_ticket, only_ticket


def test_a_filed_ticket_is_answered_with_its_number_due_times_and_page(client, cast):
    answer = file_ticket(client, cast)
    assert answer.status_code == 201
    assert answer.json | {"url": ""} == {
        "number": "MOD-2026-0001",
        "status": "new",
        "priority": "urgent",
        "url": "",
        "due": {
            "acknowledge": "2026-03-11T09:15:00Z",
            "first_response": "2026-03-11T10:00:00Z",
            "resolve": "2026-03-11T13:00:00Z",
        },
    }
    assert answer.json["url"].startswith("http://helpdesk.test/t/")
    assert answer.headers["Location"] == "http://helpdesk.test/api/v1/tickets/MOD-2026-0001"


def test_what_was_said_stands_on_the_ticket(client, cast):
    said = {"description": "Od 2:40", "post_url": "https://facebook.test/p/1?a=ż", "case_number": "OR.7.2026"}
    file_ticket(client, cast, **said)
    ticket = only_ticket()
    assert (ticket.description, ticket.post_url, ticket.case_number) == tuple(said.values())
    assert (ticket.reporter_phone, ticket.source) == ("+48500000012", TicketSource.API)


def test_a_ticket_for_somebody_elses_unit_is_refused_like_one_for_no_unit(client, cast):
    for unit in (cast.library.id, 9_007_199_254_740_991):
        answer = file_ticket(client, cast, unit=unit)
        assert (answer.status_code, answer.json["code"]) == (404, "unit_not_found")


def test_an_inactive_unit_files_nothing(client, cast):
    with transaction():
        cast.osp.active = False
    assert file_ticket(client, cast).json["code"] == "unit_not_found"


@pytest.mark.parametrize("who", ["kinga", "anna", "marek"])
def test_coordinators_and_staff_file_for_units(client, cast, who):
    assert file_ticket(client, cast, getattr(cast, who)).status_code == 201


def test_without_a_contract_the_answer_is_a_conflict(client, cast):
    with transaction():
        cast.modrzewie.contracts[0].valid_to = cast.modrzewie.contracts[0].valid_from
    answer = file_ticket(client, cast)
    assert (answer.status_code, answer.json["code"]) == (409, "no_contract")
    assert answer.content_type == "application/problem+json"


def test_a_bad_value_is_refused_and_named(client, cast):
    answer = file_ticket(client, cast, summary="zero\x00")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [("summary", "forbidden_characters")]
    assert db.session.scalars(sa.select(Ticket)).all() == []


def test_everything_missing_is_named_at_once(client, cast):
    answer = client.post(TICKETS, json={}, headers=bearer(cast.jan))
    missing = {error["field"] for error in answer.json["errors"]}
    assert missing == {"unit", "category", "priority", "summary", "reporter"}


def test_a_normal_ticket_needs_an_email_only(client, cast):
    reporter = {"name": "Jan Testowy", "email": "Jan@Gmina.test"}
    assert file_ticket(client, cast, priority="normal", reporter=reporter).status_code == 201
    assert only_ticket().reporter_email == "Jan@gmina.test"


def test_a_body_that_is_no_json_is_a_bad_request(client, cast):
    answer = client.post(TICKETS, data=b"{", headers=bearer(cast.jan), content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "bad_json")


def test_a_body_that_is_no_object_is_refused(client, cast):
    answer = client.post(TICKETS, data=b"[]", headers=bearer(cast.jan), content_type="application/json")
    assert answer.status_code == 422


def test_a_form_is_the_wrong_media_type(client, cast):
    answer = client.post(TICKETS, data={"unit": "1"}, headers=bearer(cast.jan))
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_not_read(client, cast):
    answer = file_ticket(client, cast, description="x" * 300_000)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")
