"""My settings."""

import pytest

from helpdesk.extensions import db, limiter
from helpdesk.models import NotifyRule, User
from helpdesk.models.codes import Channel, Priority
from helpdesk.notify.render import context_of
from helpdesk.oncall.contacts import mark_broken, mark_stopped
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts


@pytest.fixture(autouse=True)
def without_limit(app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture
def anna(client, cast):
    sign_in(client, cast.anna)
    return client


def code_sent() -> str:
    return context_of(attempts()[-1].notification)["code"]


def urgent(**changes) -> dict[str, str]:
    standard = dict.fromkeys(("day_sms", "day_voice", "day_email", "night_sms", "night_voice", "night_email"), "")
    return standard | {"night_from": "22:00", "night_until": "07:00"} | changes


def test_a_reporter_sees_contacts_and_language_and_nothing_of_duty(client, cast):
    sign_in(client, cast.jan)
    page = client.get("/me").text
    assert "+48 500 000 000" in page and "jan@modrzewie.test" in page
    assert "/me/test" not in page and "/me/alerts" not in page
    assert client.get("/me/alerts").status_code == 403


def test_the_name_in_the_header_leads_here(anna, cast):
    assert 'href="/me"' in anna.get("/desk").text


def test_the_language_is_kept_for_pages_and_messages(anna, cast):
    anna.post("/me/language", data={"locale": "en"})
    assert db.session.get(User, cast.anna.id).locale == "en"
    assert "My settings" in anna.get("/me").text


def test_a_number_in_any_way_of_writing_gets_its_code_and_works_once_it_is_typed(anna, cast):
    answer = anna.post("/me/contacts/phone", data={"phone": "tel. 0048 500-000-077"})
    assert answer.location.endswith("/code") and "SMS z kodem" in anna.get(answer.location).text
    code = code_sent()
    done = anna.post(answer.location, data={"code": f"{code[:3]} {code[3:]}"}, follow_redirects=True)
    assert "+48 500 000 077 od teraz działa" in done.text
    assert cast.anna.contacts[-1].is_usable


def test_a_wrong_code_stays_in_the_field_with_a_sentence(anna, cast):
    where = anna.post("/me/contacts/phone", data={"phone": "500000077"}).location
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06d}"
    answer = anna.post(where, data={"code": wrong})
    assert answer.status_code == 422
    assert "Pozostałe próby: 4" in answer.text and f'value="{wrong}"' in answer.text


@pytest.mark.parametrize(("typed", "says"), [("112", "alarmowy"), ("", "Podaj numer"), ("500 000 004", "już masz")])
def test_what_is_no_use_is_refused_beside_the_field(anna, cast, typed, says):
    answer = anna.post("/me/contacts/phone", data={"phone": typed})
    assert answer.status_code == 422 and says in answer.text
    assert attempts() == []


def test_a_fourth_code_within_the_hour_is_refused_kindly(anna, cast):
    where = anna.post("/me/contacts/phone", data={"phone": "500000077"}).location.removesuffix("/code")
    for _ in range(2):
        anna.post(f"{where}/send")
    answer = anna.post(f"{where}/send", follow_redirects=True)
    assert "już trzy kody" in answer.text and len(attempts()) == 3


def test_states_are_said_in_words_with_what_to_do(anna, cast):
    with transaction():
        mark_stopped(cast.anna.contacts[0], "21610")
        mark_broken(cast.anna.contacts[1], "550")
    page = anna.get("/me").text
    assert "START" in page and "(550)" in page


def test_the_number_of_the_second_factor_is_not_removed(anna, cast):
    where = f"/me/contacts/{cast.anna.contacts[0].id}/remove"
    page = anna.get(where).text
    assert "drugiego kroku" in page and "<button" not in page.split("<main")[1].split("</main>")[0]
    anna.post(where, data={"agreed": ["second_factor", "last_phone"]})
    assert len(cast.anna.contacts) == 2


def test_nobody_reaches_the_contacts_of_others(anna, cast):
    other = cast.beata.contacts[0].id
    assert anna.get(f"/me/contacts/{other}/code").status_code == 404
    for action in ("send", "first", "remove"):
        assert anna.post(f"/me/contacts/{other}/{action}").status_code == 404


def test_rules_are_kept_and_said_in_words(anna, cast):
    anna.post("/me/alerts/urgent", data=urgent(day_sms="0", day_voice="2", night_voice="0"))
    page = anna.get("/me/alerts").text
    assert "SMS od razu, potem telefon po 2 minutach" in page
    assert "Od 22:00 do 07:00" in page and "telefon od razu" in page
    assert db.session.query(NotifyRule).count() == 3


def test_rules_that_are_too_little_are_completed_and_the_page_says_so(anna, cast):
    anna.post("/me/alerts/urgent", data=urgent(day_email="0", night_voice="4"))
    assert "telefon milczałby zbyt długo" in anna.get("/me/alerts").text


def test_what_was_typed_comes_back_and_the_standard_is_one_button_away(anna, cast):
    anna.post("/me/alerts/urgent", data=urgent(day_sms="3", night_voice="0", night_from="23:30"))
    page = anna.get("/me/alerts").text
    assert 'value="23:30"' in page and '<option selected value="3">' in page
    anna.post("/me/alerts/standard")
    assert db.session.query(NotifyRule).count() == 0
    assert "Masz ustawienia standardowe" in anna.get("/me/alerts").text


def test_rules_without_any_channel_are_refused_and_not_taken_for_the_standard(anna, cast):
    anna.post("/me/alerts/urgent", data=urgent(day_sms="3"))
    answer = anna.post("/me/alerts/urgent", data=urgent())
    assert answer.status_code == 422 and "wybierz choć jeden sposób" in answer.text
    assert db.session.query(NotifyRule).one().minutes == 3


def test_a_night_without_length_is_refused(anna, cast):
    answer = anna.post("/me/alerts/urgent", data=urgent(night_until="22:00", day_sms="0"))
    assert answer.status_code == 422 and "Noc ma początek i koniec" in answer.text


def test_notices_and_own_quiet_hours_are_kept(anna, cast):
    data = {"channels": ["email"], "own_quiet": "y", "quiet_from": "20:00", "quiet_until": "09:00"}
    anna.post("/me/alerts/normal", data=data)
    row = db.session.query(NotifyRule).one()
    assert (row.priority, row.channel) == (Priority.NORMAL, Channel.EMAIL)
    assert "20:00–09:00" in anna.get("/me/alerts").text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"channels": []}, "co najmniej jedno"),
        ({"quiet_until": "19:00"}, "14 godzin"),
        ({"quiet_from": ""}, "22:00"),
    ],
)
def test_nobody_silences_normal_tickets_for_good(anna, cast, changes, says):
    data = {"channels": ["sms"], "own_quiet": "y", "quiet_from": "20:00", "quiet_until": "09:00"} | changes
    answer = anna.post("/me/alerts/normal", data=data)
    assert answer.status_code == 422 and says in answer.text
    assert db.session.query(NotifyRule).count() == 0


def test_a_test_rings_and_its_page_says_what_became_of_it(anna, cast):
    assert anna.post("/me/test").location == "/me/test"
    page = anna.get("/me/test").text
    assert "Test trwa od" in page and "+48 500 000 004" in page and 'http-equiv="refresh"' in page
    assert {attempt.notification.user_id for attempt in attempts()} == {cast.anna.id}
    assert 'id="now"' in anna.get("/me/test/now").text


def test_a_fourth_test_within_the_hour_is_refused_kindly(anna, cast):
    for _ in range(3):
        anna.post("/me/test")
    assert "już trzy testy" in anna.post("/me/test", follow_redirects=True).text
