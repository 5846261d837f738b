"""A person's own number that does not work."""

import pytest

from helpdesk import clock
from helpdesk.extensions import limiter
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts


@pytest.fixture(autouse=True)
def without_limit(app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture
def dead(cast):
    """Jan's number, which does not work any more."""
    with transaction():
        cast.jan.contacts[0].broken_at, cast.jan.contacts[0].broken_code = clock.now(), "21211"
    return cast.jan.contacts[0]


def test_the_own_page_says_it_with_the_reason_and_a_button(client, cast, dead):
    sign_in(client, cast.jan)
    page = client.get(f"/units/{cast.osp.id}").text
    assert "Twój numer +48 500 000 000 nie przyjmuje naszych SMS-ów" in page and "(21211)" in page
    assert f'action="/contacts/{dead.id}/test"' in page and "na stronie Moje ustawienia" in page


def test_pressing_it_sends_one_sms_and_leads_back(client, cast, dead):
    sign_in(client, cast.jan)
    answer = client.post(f"/contacts/{dead.id}/test", data={"back": f"/units/{cast.osp.id}"})
    assert answer.location == f"/units/{cast.osp.id}"
    [attempt] = attempts(to=cast.jan)
    assert attempt.notification.address == dead.value


@pytest.mark.parametrize("back", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test"])
def test_it_leads_to_no_other_site(client, cast, dead, back):
    sign_in(client, cast.jan)
    assert client.post(f"/contacts/{dead.id}/test", data={"back": back}).location == "/"


def test_nobody_tries_the_number_of_somebody_else(client, cast, dead):
    sign_in(client, cast.anna)
    assert client.post(f"/contacts/{dead.id}/test").status_code == 404


def test_a_number_that_works_is_not_tried(client, cast):
    sign_in(client, cast.jan)
    assert client.post(f"/contacts/{cast.jan.contacts[0].id}/test").status_code == 404
    assert attempts(to=cast.jan) == []


def test_a_fourth_test_within_the_hour_is_refused_kindly(client, cast, dead, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    sign_in(client, cast.jan)
    for _ in range(4):
        answer = client.post(f"/contacts/{dead.id}/test", data={"back": f"/units/{cast.osp.id}"})
    assert answer.status_code == 302 and len(attempts(to=cast.jan)) == 3
    assert "trzy razy na godzinę" in client.get(answer.location).text


def test_a_page_of_somebody_whose_contacts_work_has_no_banner(client, cast):
    sign_in(client, cast.jan)
    assert "banner contact" not in client.get(f"/units/{cast.osp.id}").text
