import re
import threading
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from helpdesk.config import settings
from helpdesk.extensions import db, limiter
from helpdesk.models import Contract, Notification, Ticket, Unit
from helpdesk.models.codes import Category, NotificationEvent, Priority, TicketSource
from helpdesk.transaction import transaction
from tests.conftest import sign_in


@pytest.fixture(autouse=True)
def _no_limits(app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture
def link(cast):
    with transaction():
        cast.osp.link_secret = "tajnylink"
    return "/u/tajnylink"


@pytest.fixture
def with_csrf(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def screenshot(colour: str = "red") -> BytesIO:
    written = BytesIO()
    Image.new("RGB", (20, 20), colour).save(written, "PNG")
    return BytesIO(written.getvalue())


def filled(**changes):
    form = {
        "category": "held_post",
        "priority": "urgent",
        "subject": "Ostrzeżenie o wodzie we Wrzosowie",
        "q_post_url": "https://facebook.test/groups/1/posts/2",
        "name": "Jan Testowy",
        "phone": "500 000 033",
        "remember": "y",
        "submission": "a-nonce-of-the-page",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def tickets() -> list[Ticket]:
    return list(db.session.scalars(sa.select(Ticket).order_by(Ticket.id)))


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page)


@pytest.mark.parametrize("category", Category)
def test_every_category_is_one_tap_away_and_has_its_form(client, link, category):
    assert f'href="{link}?category={category}"' in client.get(link).text
    assert client.get(f"{link}?category={category}").status_code == 200


def test_a_firefighter_files_an_urgent_ticket_without_signing_in(client, cast, link):
    answer = client.post(link, data=filled())
    [ticket] = tickets()
    assert answer.status_code == 303
    assert ticket.number in client.get(answer.location).text
    assert (ticket.unit_id, ticket.priority, ticket.source) == (cast.osp.id, Priority.URGENT, TicketSource.LINK)
    assert (ticket.reporter_phone, ticket.post_url) == ("+48500000033", "https://facebook.test/groups/1/posts/2")


def test_an_urgent_ticket_alerts_and_gives_a_receipt(client, cast, link):
    client.post(link, data=filled())
    events = db.session.scalars(sa.select(Notification.event)).all()
    assert {NotificationEvent.ALERT, NotificationEvent.RECEIPT} <= set(events)


def test_a_double_click_makes_one_ticket_and_leads_to_the_same_receipt(client, link):
    first, second = client.post(link, data=filled()), client.post(link, data=filled())
    assert len(tickets()) == 1
    assert first.location.split(".")[0] == second.location.split(".")[0]


def test_two_clicks_at_the_same_moment_make_one_ticket(app, link):
    statuses = []

    def click():
        statuses.append(app.test_client().post(link, data=filled()).status_code)

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert (statuses, len(tickets())) == ([303] * 4, 1)


def test_going_back_and_describing_another_matter_makes_another_ticket(client, link):
    client.post(link, data=filled())
    client.post(link, data=filled(subject="Drugi post też wisi"))
    assert len(tickets()) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"name": ""}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": "112"}, "phone"),
        ({"phone": "22 621 00 00 wew. 5"}, "phone"),
        ({"email": "jan@"}, "email"),
        ({"priority": "whenever"}, "priority"),
        ({"q_post_url": "nie mam"}, "q_post_url"),
        ({"q_post_url": "javascript:alert(1)"}, "q_post_url"),
        ({"q_post_url": ""}, "q_post_url"),
        ({"q_useful_until": "jutro"}, "q_useful_until"),
        ({"priority": "normal", "phone": ""}, "phone"),
        ({"subject": "x" * 151}, "subject"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(client, link, changes, field):
    answer = client.post(link, data=filled(**changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="Jan Testowy"' in answer.text or field == "name"
    assert tickets() == []


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("facebook.test/groups/1", "https://facebook.test/groups/1"),
        ("Zobacz post: https://facebook.test/p/7 od OSP", "https://facebook.test/p/7"),
        (" http://facebook.test/p/7 ", "http://facebook.test/p/7"),
    ],
)
def test_a_link_is_understood_however_it_was_shared(client, link, typed, understood):
    client.post(link, data=filled(q_post_url=typed))
    assert tickets()[0].post_url == understood


def test_a_normal_ticket_needs_only_an_email_address(client, link):
    client.post(link, data=filled(priority="normal", phone="", email="Jan@Modrzewie.test"))
    [ticket] = tickets()
    assert (ticket.reporter_phone, ticket.reporter_email) == ("", "Jan@modrzewie.test")


def test_answers_are_kept_by_code_and_local_times_as_utc(client, link):
    client.post(link, data=filled(q_useful_until="2026-07-01T18:00", q_appeared_by=""))
    assert tickets()[0].answers == {"useful_until": "2026-07-01T16:00:00+00:00"}


def test_a_question_that_must_be_answered_is_asked_again(client, link):
    answer = client.post(link, data=filled(category="hate", q_violence_threat=None))
    assert 'id="q_violence_threat-error"' in answer.text


def test_an_answer_that_is_not_among_the_choices_is_refused(client, link):
    answer = client.post(link, data=filled(category="hate", q_violence_threat="maybe"))
    assert answer.status_code == 422


def test_who_is_asked_about_violence_is_told_of_112_at_once(client, link):
    page = client.get(f"{link}?category=hate").text
    assert re.search(r'id="q_violence_threat-hint">[^<]*112', page)


def test_a_threat_of_violence_shows_112_on_the_receipt(client, link):
    answer = client.post(link, data=filled(category="hate", q_violence_threat="yes"), follow_redirects=True)
    assert 'class="notice burning"' in answer.text
    assert 'href="tel:112"' in answer.text


def test_a_screenshot_is_enough_where_there_is_no_link(client, link):
    client.post(link, data=filled(q_post_url="", pictures=(screenshot(), "zrzut.png")))
    [attachment] = tickets()[0].attachments
    assert (settings().uploads / attachment.stored_as).exists()


def test_uploads_survive_a_mistake_in_another_field(client, link):
    sent = filled(q_post_url="", phone="", pictures=(screenshot(), "zrzut.png"))
    page = client.post(link, data=sent).text
    [kept] = hidden(page, "kept")
    client.post(link, data=filled(q_post_url="", kept=kept))
    assert [attachment.name for attachment in tickets()[0].attachments] == ["zrzut.png"]


def test_a_kept_upload_that_is_unticked_or_forged_is_left_out(client, link):
    page = client.post(link, data=filled(kept="forged")).status_code
    assert page == 303
    assert tickets()[0].attachments == []


def test_the_same_file_chosen_again_is_one_file(client, link):
    page = client.post(link, data=filled(phone="", pictures=(screenshot(), "a.png"))).text
    [kept] = hidden(page, "kept")
    client.post(link, data=filled(kept=kept, pictures=(screenshot(), "a.png")))
    assert len(tickets()[0].attachments) == 1


def test_a_bad_file_is_named_beside_the_field_and_the_good_one_is_kept(client, link):
    files = [(screenshot(), "dobry.png"), (BytesIO(b"MZ"), "wirus.png")]
    answer = client.post(link, data=filled(pictures=files))
    assert 'id="pictures-error"' in answer.text
    assert "wirus.png" in answer.text
    assert len(hidden(answer.text, "kept")) == 1


def test_a_file_that_is_too_large_is_refused_with_the_limit(client, link):
    large = (BytesIO(bytes(settings().upload_limit_mb * 1024 * 1024 + 1)), "film.png")
    page = client.post(link, data=filled(pictures=[large])).text
    assert f"film.png: Ten plik jest za duży: przyjmujemy najwyżej {settings().upload_limit_mb} MB." in page


def test_a_sixth_file_is_refused(client, link):
    files = [(screenshot(f"#{i}{i}{i}"), f"{i}.png") for i in range(6)]
    answer = client.post(link, data=filled(pictures=files))
    assert answer.status_code == 422
    assert len(hidden(answer.text, "kept")) == 5


def test_files_too_large_together_get_a_clear_answer(client, link):
    huge = BytesIO(b"x" * 52 * 1024 * 1024)
    assert client.post(link, data=filled(pictures=(huge, "film.png"))).status_code == 413


@pytest.mark.usefixtures("with_csrf")
def test_an_expired_session_gives_the_form_back_with_text_files_and_a_fresh_token(client, link):
    sent = filled(pictures=(screenshot(), "zrzut.png"), csrf_token="stale")
    page = client.post(link, data=sent)
    [kept], token = hidden(page.text, "kept"), hidden(page.text, "csrf_token")[-1]
    assert page.status_code == 400 and "Ostrzeżenie o wodzie" in page.text and tickets() == []
    assert client.post(link, data=filled(kept=kept, csrf_token=token)).status_code == 303


@pytest.mark.usefixtures("with_csrf")
def test_who_was_signed_out_gets_the_form_back_and_files_after_signing_in(client, cast):
    sign_in(client, cast.jan)
    address = f"/units/{cast.osp.id}/new"
    [page] = hidden(client.get(f"{address}?category=held_post").text, "page")
    with client.session_transaction() as session:
        session.clear()
    again = client.post(address, data=filled(page=page))
    assert again.status_code == 400 and "Ostrzeżenie o wodzie" in again.text
    sign_in(client, cast.jan)
    token = hidden(again.text, "csrf_token")[-1]
    assert client.post(address, data=filled(page=page, csrf_token=token)).status_code == 303


@pytest.mark.usefixtures("with_csrf")
@pytest.mark.parametrize("page", ["", "forged"])
def test_a_stranger_gets_no_form_of_a_unit_that_needs_signing_in(client, cast, page):
    assert client.post(f"/units/{cast.osp.id}/new", data=filled(page=page)).status_code == 404


def test_a_signed_in_reporter_files_with_name_and_contacts_already_there(client, cast):
    sign_in(client, cast.jan)
    address = f"/units/{cast.osp.id}/new"
    page = client.get(f"{address}?category=held_post").text
    assert cast.jan.name in page and "+48 500 000 000" in page
    client.post(address, data=filled())
    assert (tickets()[0].reporter_user_id, tickets()[0].source) == (cast.jan.id, TicketSource.FORM)


def test_nobody_files_for_a_unit_of_others(client, cast):
    sign_in(client, cast.stefania)
    assert client.get(f"/units/{cast.osp.id}/new").status_code == 404


def test_the_device_remembers_the_reporter_for_that_link_only(client, cast, link):
    client.post(link, data=filled())
    assert "+48 500 000 033" in client.get(f"{link}?category=other").text
    with transaction():
        cast.school.link_secret = "inny"
    assert "500 000 033" not in client.get("/u/inny?category=other").text


def test_the_device_forgets_the_reporter_who_does_not_want_to_be_remembered(client, link):
    client.post(link, data=filled())
    client.post(link, data=filled(subject="Inna sprawa", remember=None))
    assert "500 000 033" not in client.get(f"{link}?category=other").text


def test_a_forged_cookie_is_ignored(client, link):
    client.set_cookie("reporter", "forged", path=link)
    assert client.get(f"{link}?category=other").status_code == 200


def test_a_held_warning_of_the_fire_brigade_is_proposed_as_urgent(client, link):
    page = client.get(f"{link}?category=held_post").text
    assert re.search(r'<input[^>]*checked[^>]*value="urgent"', page)


@pytest.mark.parametrize("secret", ["nope", "x" * 300, "%00", "ąę"])
def test_an_unknown_link_gets_a_clear_page(client, cast, secret):
    answer = client.get(f"/u/{secret}")
    assert answer.status_code == 404
    assert 'href="tel:112"' in answer.text


def test_the_link_of_a_unit_that_was_switched_off_no_longer_works(client, cast, link):
    with transaction():
        db.session.get(Unit, cast.osp.id).active = False
    assert client.get(link).status_code == 404


def test_a_municipality_without_contract_is_told_whom_to_ask(client, cast, link):
    with transaction():
        db.session.execute(sa.update(Contract).values(valid_to=date(2025, 12, 31)))
    for answer in (client.get(link), client.post(link, data=filled())):
        assert answer.status_code == 409
        assert cast.kinga.name in answer.text
    assert tickets() == []


def test_a_unit_with_several_groups_says_which(client, cast, link):
    with transaction():
        cast.modrzewie.groups.append(type(cast.modrzewie.groups[0])(name="Druga grupa"))
    second = cast.modrzewie.groups[1].id
    client.post(link, data=filled(group_id=second))
    assert tickets()[0].group_id == second


def test_too_many_tickets_from_one_place_are_stopped_with_nothing_lost(client, link, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    answers = [client.post(link, data=filled(subject=f"Sprawa {i}")) for i in range(11)]
    limiter.reset()
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert "Sprawa 10" in answers[-1].text


def test_the_form_is_light_enough_for_an_old_phone(client, link):
    page = client.get(f"{link}?category=held_post").text
    addresses = re.findall(r'(?:href|src)="(/(?:static|bootstrap)[^"#]+)', page)
    weights = [len(client.get(a, headers={"Accept-Encoding": "gzip"}).data) for a in set(addresses)]
    assert len(page) + sum(weights) < 100_000


@pytest.mark.usefixtures("with_csrf")
def test_files_of_forms_that_are_not_ours_do_not_fill_the_disk(client, link, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    before = len(list(settings().uploads.glob("*/*")))
    answers = [client.post(link, data=filled(pictures=(screenshot(), "a.png"))) for _ in range(12)]
    limiter.reset()
    assert [answer.status_code for answer in answers[-2:]] == [429, 429]
    assert len(list(settings().uploads.glob("*/*"))) <= before + 10


def test_the_language_can_be_changed_on_a_form_that_is_shown_again(client, link):
    answer = client.post(f"{link}?category=hate", data=filled(subject=""))
    assert answer.status_code == 422
    assert f'name="back" value="{link}?category=hate"' in answer.text
