"""Acknowledge through the API; units, and who is on duty."""

import pytest

from helpdesk.models import User
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.factories import make_ticket
from tests.routes.api_requests import TICKETS, bearer, file_ticket, only_ticket, read


def acknowledge(client, user, number):
    return client.post(f"{TICKETS}/{number}/acknowledge", headers=bearer(user))


def test_the_first_acknowledgement_wins_and_the_second_learns_who_has_it(client, cast):
    number = file_ticket(client, cast).json["number"]
    first = acknowledge(client, cast.anna, number)
    second = acknowledge(client, cast.beata, number)
    assert first.json == {
        "number": number,
        "status": "acknowledged",
        "acknowledged_at": "2026-03-11T09:00:00Z",
        "acknowledged_by": cast.anna.name,
        "is_first": True,
    }
    assert second.json == {**first.json, "is_first": False}


def test_an_acknowledgement_ends_the_alert(client, cast):
    number = file_ticket(client, cast).json["number"]
    acknowledge(client, cast.marek, number)
    assert running(only_ticket()) is None


def test_a_reporter_cannot_acknowledge(client, cast):
    number = file_ticket(client, cast).json["number"]
    answer = acknowledge(client, cast.jan, number)
    assert (answer.status_code, answer.json["code"]) == (403, "not_staff")
    assert only_ticket().acknowledged_at is None


def test_nobody_learns_of_a_ticket_by_acknowledging_it(client, cast):
    assert acknowledge(client, cast.olga, make_ticket(cast).number).status_code == 404


def test_an_acknowledgement_reads_no_large_body(client, cast):
    path = f"{TICKETS}/{make_ticket(cast).number}/acknowledge"
    answer = client.post(path, json={"x": "x" * 300_000}, headers=bearer(cast.anna))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_repeated_acknowledgement_is_still_the_first(client, cast):
    number = file_ticket(client, cast).json["number"]
    headers = {**bearer(cast.anna), "Idempotency-Key": "k"}
    answers = [client.post(f"{TICKETS}/{number}/acknowledge", headers=headers) for _ in range(2)]
    assert [answer.json["is_first"] for answer in answers] == [True, True]


@pytest.mark.parametrize(("who", "count"), [("jan", 1), ("kinga", 2), ("anna", 3)])
def test_units_are_those_a_token_may_file_for(client, cast, who, count):
    assert len(read(client, getattr(cast, who), "/api/v1/units").json["units"]) == count


def test_units_are_paged_and_narrowed(client, cast):
    first = read(client, cast.anna, "/api/v1/units", limit=2).json
    rest = read(client, cast.anna, "/api/v1/units", limit=2, cursor=first["next_cursor"]).json
    assert [unit["name"] for unit in rest["units"]] == ["Biblioteka w Brzezinie"]
    assert rest["next_cursor"] is None
    assert rest["units"] == read(client, cast.anna, "/api/v1/units", municipality="BRZ").json["units"]


def test_who_is_on_duty_now_and_next(client, cast):
    duty = read(client, cast.jan, "/api/v1/on-call").json
    assert duty["now"] | {"since": ""} == {
        "name": "Anna Testowa",
        "phone": None,
        "since": "",
        "until": "2026-03-12T07:00:00Z",
    }
    assert (duty["next"]["name"], duty["next"]["since"]) == ("Beata Testowa", "2026-03-12T07:00:00Z")


def test_colleagues_see_the_phone_of_whoever_is_on_duty(client, cast):
    assert read(client, cast.beata, "/api/v1/on-call").json["now"]["phone"] == "+48500000004"


def test_with_no_schedule_nobody_is_on_duty(client, app):
    with transaction():
        user = User(name="Ewa Testowa", email="ewa@gmina.test", fs_uniquifier="fs-ewa")
    assert read(client, user, "/api/v1/on-call").json == {"now": None, "next": None}


SHIFTS = "/api/v1/on-call/shifts"


def test_the_shifts_of_the_next_fortnight_with_gaps(client, cast):
    with transaction():
        cast.beata.active = False
    plan = read(client, cast.jan, SHIFTS).json
    assert (plan["since"], plan["until"]) == ("2026-03-11T09:00:00Z", "2026-03-25T09:00:00Z")
    assert plan["schedules"] == [{"id": cast.schedule.id, "name": "Dyżur", "time_zone": "Europe/Warsaw"}]
    first = {"name": "Anna Testowa", "phone": None, "schedule": cast.schedule.id}
    assert plan["shifts"][0] == {**first, "since": "2026-03-11T09:00:00Z", "until": "2026-03-12T07:00:00Z"}
    gap = {"since": "2026-03-12T07:00:00Z", "until": "2026-03-13T07:00:00Z"}
    assert plan["gaps"][0] == {"schedule": cast.schedule.id, **gap}


def test_shifts_between_two_instants_of_one_schedule(client, cast):
    span = {"since": "2026-03-11T23:00:00+01:00", "until": "2026-03-12T10:00:00+01:00"}
    plan = read(client, cast.anna, SHIFTS, schedule=cast.schedule.id, **span).json
    assert [(s["name"], s["since"]) for s in plan["shifts"]] == [
        ("Anna Testowa", "2026-03-11T22:00:00Z"),
        ("Beata Testowa", "2026-03-12T07:00:00Z"),
    ]
    assert plan["shifts"][0]["phone"] == "+48500000004"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ({"until": "2026-03-10T09:00:00Z"}, ("2026-03-11T09:00:00Z", "2026-03-11T09:00:00Z")),
        ({"until": "9999-12-31T23:59:59Z"}, ("2026-03-11T09:00:00Z", "2026-05-12T09:00:00Z")),
        ({"since": "0001-01-01T00:00:00Z"}, ("2025-03-10T09:00:00Z", "2025-03-24T09:00:00Z")),
    ],
)
def test_what_is_too_long_or_too_far_is_left_out_and_the_answer_says_so(client, cast, asked, answered):
    plan = read(client, cast.anna, SHIFTS, **asked).json
    assert (plan["since"], plan["until"]) == answered


def test_the_shifts_of_a_schedule_that_does_not_exist_are_not_found(client, cast):
    assert read(client, cast.anna, SHIFTS, schedule=cast.schedule.id + 1).status_code == 404
