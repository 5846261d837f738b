"""The JSON API: who may ask, and how errors are answered."""

import pytest

from helpdesk.api_tokens import all_tokens, revoke_token
from helpdesk.routes.api import RATE_LIMIT
from helpdesk.transaction import transaction
from tests.routes.api_requests import TICKETS, bearer, read


def test_a_revoked_token_is_refused(client, cast):
    headers = bearer(cast.jan)
    with transaction():
        revoke_token(all_tokens()[0].id)
    answer = client.get(TICKETS, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "token_invalid")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="helpdesk", error="invalid_token"'


def test_the_token_of_somebody_who_has_left_is_refused(client, cast):
    headers = bearer(cast.jan)
    with transaction():
        cast.jan.active = False
    assert client.get(TICKETS, headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic amFuOmphbg==", "Bearer \xff", "Token abc"])
def test_without_a_usable_token_nothing_opens(client, cast, header):
    answer = client.get(TICKETS, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_answer_sets_a_cookie(client, cast):
    assert "Set-Cookie" not in client.get(TICKETS, headers=bearer(cast.jan)).headers


def test_a_session_does_not_open_the_api(client, cast):
    with client.session_transaction() as session:
        session["_user_id"] = cast.anna.fs_uniquifier
    assert client.get(TICKETS).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "address_not_found"),
        ("GET", "/api/v1", 404, "address_not_found"),
        ("DELETE", TICKETS, 405, "method_not_allowed"),
    ],
)
def test_errors_are_problem_documents(client, cast, method, path, status, code):
    answer = client.open(path, method=method, headers=bearer(cast.jan))
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (status, status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:helpdesk:problem:{code}"


def test_a_method_that_is_not_allowed_names_those_that_are(client, app):
    assert client.delete(TICKETS).headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_crash_is_a_problem_with_an_incident_number(client, cast, monkeypatch):
    monkeypatch.setattr("helpdesk.routes.api.places.main_schedule", lambda: 1 / 0)
    answer = read(client, cast.anna, "/api/v1/on-call")
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert answer.json["instance"].startswith("urn:helpdesk:incident:")


def test_outside_the_api_errors_stay_pages(client, app):
    assert client.get("/nothing").content_type.startswith("text/html")


@pytest.mark.parametrize(("asked", "given"), [("en-GB,en;q=0.9", "en"), ("pl-PL", "pl"), ("de", "pl"), ("", "pl")])
def test_sentences_follow_accept_language(client, app, asked, given):
    answer = client.get(TICKETS, headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == given
    assert "Accept-Language" in answer.headers["Vary"]


def test_requests_are_limited_per_token(app, client, cast, monkeypatch):
    monkeypatch.setitem(app.config, RATE_LIMIT, "2 per minute")
    jan, olga = bearer(cast.jan), bearer(cast.olga)
    answers = [client.get("/api/v1/on-call", headers=jan) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2].json["code"], answers[2].headers["Retry-After"]) == ("too_many_requests", "60")
    assert client.get("/api/v1/on-call", headers=olga).status_code == 200
