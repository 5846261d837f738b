"""Rule 10. A number that does not work is known to its owner and the managers before the next shift."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import limiter
from helpdesk.transaction import transaction
from tests.conftest import sign_in

TEST_BUTTON = "Już działa: wyślij próbny SMS"


@pytest.fixture(autouse=True)
def without_limit(app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


def page(story, user, path="/duty") -> str:
    client = story.app.test_client()
    sign_in(client, user)
    return " ".join(client.get(path).text.split())


def number_dies(story, cast, code=30005):
    """The SMS of an alert to Anna comes back: there is no such number any more."""
    ticket = story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sim.messages_to(cast.anna.contacts[0].value)[0].sid, code)
    story.passes()
    return ticket


def presses_test(story, cast):
    client = story.app.test_client()
    sign_in(client, cast.anna)
    assert client.post(f"/contacts/{cast.anna.contacts[0].id}/test").status_code == 302
    story.passes()
    return story.sim.messages_to(cast.anna.contacts[0].value)[-1]


def test_its_owner_and_every_manager_get_a_mail_once(story, cast):
    number_dies(story, cast)
    story.passes(minutes=20)
    assert story.subjects(cast.anna).count("Nasze wiadomości nie docierają: +48 500 000 004") == 1
    assert story.subjects(cast.marek).count("Nasze wiadomości nie docierają: Anna Testowa") == 1
    assert not [subject for subject in story.subjects(cast.beata) if "nie docierają" in subject]


def test_each_of_them_is_led_where_their_own_menu_leads(story, cast):
    number_dies(story, cast)
    own, managers = (story.sim.mails_to(user.contacts[1].value)[-1].text for user in (cast.anna, cast.marek))
    assert "Mój dyżur:" in own and "/duty" in own and "Kto ma dyżur" not in own
    assert "Kto ma dyżur bez działającego telefonu:" in managers and "/health#reachable" in managers


def test_it_stands_red_in_the_plan_with_the_reason_and_what_to_do(story, cast):
    number_dies(story, cast)
    plan = page(story, cast.marek).split('id="unreachable"')[1].split("</section>")[0]
    assert "Anna Testowa" in plan and "+48 500 000 004" in plan and "(30005)" in plan
    assert "przekaż dyżur komuś innemu" in plan


def test_colleagues_do_not_read_the_whole_number_there(story, cast):
    number_dies(story, cast)
    plan = page(story, cast.beata).split('id="unreachable"')[1]
    assert "+48 500 ••• 004" in plan and "500 000 004" not in plan


def test_a_test_sms_makes_it_good_again_once_it_is_delivered(story, cast):
    number_dies(story, cast)
    assert TEST_BUTTON in page(story, cast.anna, "/desk")
    sms = presses_test(story, cast)
    assert not cast.anna.contacts[0].is_usable
    assert TEST_BUTTON not in page(story, cast.anna, "/desk")
    story.sim.deliver(sms.sid)
    assert "nie przyjmuje naszych SMS-ów" not in page(story, cast.anna, "/desk")
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in story.last_text(cast.anna)


def test_a_key_pressed_in_a_call_makes_the_number_good_again(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sms(cast.anna).sid, 30005)
    story.passes()
    assert not cast.anna.contacts[0].is_usable
    call = story.call(cast.anna).sid
    story.sim.answer(call)
    story.sim.press(call, "1")
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert cast.anna.contacts[0].is_usable


def test_a_test_sms_that_comes_back_changes_nothing_and_tells_nobody_again(story, cast):
    number_dies(story, cast)
    sms = presses_test(story, cast)
    story.sim.undeliver(sms.sid, 30005)
    story.passes()
    assert "Próbny SMS (śr. 11 mar 2026, 10:00) nie dotarł" in page(story, cast.anna, "/desk")
    assert len([s for s in story.subjects(cast.anna) if "nie docierają" in s]) == 1


def test_stop_stops_sms_but_not_calls_until_start(story, cast):
    story.answers(cast.anna, "STOP")
    ticket = story.files(cast.osp, cast.jan)
    assert len(story.calls(cast.anna)) == 1 and not [t for t in story.texts(cast.anna) if ticket.number in t]
    assert "START na +48 500 000 100" in page(story, cast.anna, "/desk")
    assert TEST_BUTTON not in page(story, cast.anna, "/desk")
    assert "Nasze wiadomości nie docierają: Anna Testowa" in story.subjects(cast.marek)
    story.answers(cast.anna, "START")
    assert "STOP" not in page(story, cast.anna, "/desk")


def test_a_day_before_the_shift_of_somebody_without_a_phone_both_are_warned_once(story, cast):
    with transaction():  # her shift begins on Friday at 8
        cast.celina.contacts[0].verified_at = None
    story.passes()
    assert not [subject for subject in story.subjects(cast.celina) if "popraw" in subject]
    clock.freeze(clock.now() + timedelta(hours=23))
    story.passes(minutes=1)
    assert story.subjects(cast.celina) == ["Dyżur od pt. 13 mar 2026, 08:00: popraw swój numer telefonu"]
    assert story.subjects(cast.marek) == [
        "Dyżury: 1 sprawa do załatwienia, na pt. 13 mar 2026, 08:00",  # two days ahead, before it is urgent
        "Dyżur od pt. 13 mar 2026, 08:00 (Celina Testowa): numer telefonu do poprawy",
    ]
