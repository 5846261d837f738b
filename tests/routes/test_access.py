"""Who may open a page."""

from datetime import timedelta

import pytest
from flask import url_for

from helpdesk import clock
from helpdesk.routes.access import OTHERS, PUBLIC, SIGNED
from helpdesk.transaction import transaction
from tests.conftest import sign_in


def own_endpoints(app) -> dict[str, object]:
    return {name: view for name, view in app.view_functions.items() if not name.startswith(OTHERS)}


def test_every_view_says_who_may_open_it(app):
    silent = [name for name, view in own_endpoints(app).items() if not getattr(view, "allowed", None)]
    assert silent == []


def closed_rules(app):
    views = own_endpoints(app)
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint in views and views[rule.endpoint].allowed not in (PUBLIC, SIGNED)
    ]


def address(app, rule) -> str:
    """Some address of the rule; for a converter that knows its words, the first of them."""
    known = {name: next(iter(getattr(c, "items", [1]))) for name, c in rule._converters.items()}
    with app.test_request_context():
        return url_for(rule.endpoint, **known)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_strangers_are_sent_to_sign_in_from_every_page_that_is_not_public(app, client, method):
    for rule in closed_rules(app):
        if method in rule.methods:
            answer = client.open(address(app, rule), method=method)
            assert (answer.status_code, answer.location.split("?")[0]) == (302, "/signin"), rule


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_is_refused_to_roles_it_is_not_for(app, client, cast, method):
    sign_in(client, cast.jan)
    views = own_endpoints(app)
    for rule in closed_rules(app):
        if method in rule.methods and "reporter" not in views[rule.endpoint].allowed:
            assert client.open(address(app, rule), method=method).status_code == 403, rule


def test_staff_sign_in_anew_after_twelve_hours(client, cast):
    sign_in(client, cast.anna)
    clock.advance(timedelta(hours=11, minutes=59))
    assert client.get("/desk").status_code == 200
    clock.advance(timedelta(minutes=2))
    assert client.get("/desk").location.startswith("/signin?next=")


def test_reporters_are_not_signed_out_in_the_middle_of_the_day(client, cast):
    sign_in(client, cast.jan)
    clock.advance(timedelta(hours=20))
    assert client.get(f"/units/{cast.osp.id}").status_code == 200


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client, cast):
    with transaction():
        cast.anna.tf_primary_method = None
    sign_in(client, cast.anna)
    assert client.get("/desk").location == "/second-factor"


FORM = {"body": "Dzwonię do szkoły, oddzwonię", "totp_code": "123 456"}


def test_an_answer_that_comes_after_the_session_ended_is_shown_again_and_leads_back_over_the_sign_in(client, cast):
    sign_in(client, cast.anna)
    clock.advance(timedelta(hours=13))
    answer = client.post(
        "/desk/LEO-2026-0001/reply", data=FORM, headers={"Referer": "http://localhost/desk?open=1"}
    )
    assert answer.status_code == 400 and FORM["body"] in answer.text and FORM["totp_code"] not in answer.text
    assert 'href="/signin?next=/desk?open%3D1"' in answer.text


def test_a_form_of_another_session_leads_back_to_its_page(app, client, cast, monkeypatch):
    sign_in(client, cast.anna)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post("/desk/LEO-2026-0001/reply", data=FORM, headers={"Referer": "http://localhost/desk"})
    assert answer.status_code == 400 and FORM["body"] in answer.text
    assert 'href="/desk"' in answer.text and "/signin" not in answer.text


@pytest.mark.parametrize(
    "page", ["http://evil.test/desk", "http://localhost//evil.test/desk", "http://localhost.evil.test/desk"]
)
def test_a_page_of_somebody_else_is_no_way_back(app, client, monkeypatch, page):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post("/language", data={"locale": "en"}, headers={"Referer": page})
    assert answer.status_code == 400 and "evil.test" not in answer.text and "/signin" not in answer.text
