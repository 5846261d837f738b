"""Mails that wait for a manager, and the originals for staff."""

from dataclasses import replace

import pytest

from helpdesk.health import mails
from helpdesk.health.check import Verdict
from helpdesk.inbound.mail_door import set_aside
from helpdesk.mailboxes import Mailbox
from helpdesk.models.codes import MailState
from helpdesk.transaction import transaction
from helpdesk.users import person_with_email
from tests.conftest import sign_in
from tests.inbound.mails import arrives, raw_mail

STRANGER = "Nowa Osoba <nowa@szkola.test>"


@pytest.fixture
def held(cast):
    return arrives(raw_mail(STRANGER, "Post zniknął.", files=(("a.html", "text", "html", b"<b>"),)))


@pytest.fixture
def marek(client, cast):
    sign_in(client, cast.marek)
    return client


def test_the_page_lists_what_waits_and_why(marek, held):
    page = marek.get("/mails").text
    assert "nowa@szkola.test" in page and "Nie znamy nadawcy." in page


def test_the_list_of_tickets_tells_managers_alone(marek, cast, held):
    assert 'href="/mails"' in marek.get("/desk").text
    sign_in(marek, cast.anna)
    assert 'href="/mails"' not in marek.get("/desk").text


def test_accepted_it_is_a_ticket_and_its_sender_is_known(marek, cast, held):
    assert "Szkoła Podstawowa" in marek.get(f"/mails/{held.id}?q=szko").text
    answer = marek.post(f"/mails/{held.id}/accept", data={"unit": cast.school.id})
    assert answer.location == f"/desk/{held.ticket.number}"
    assert (held.state, held.ticket.unit_id, held.decided_by_id) == (MailState.TAKEN, cast.school.id, cast.marek.id)
    assert arrives(raw_mail(STRANGER, "Jeszcze coś.")).state is MailState.TAKEN
    assert person_with_email("nowa@szkola.test").name == "Nowa Osoba"


def test_a_mail_in_the_mailbox_of_a_municipality_shows_its_units(app, marek, cast, monkeypatch):
    box = Mailbox(address="modrzewie@helpdesk.test", host="imap.test", municipality="MOD")
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mailboxes_file=(box,)))
    page = marek.get(f"/mails/{arrives(raw_mail(STRANGER), box.address).id}").text
    assert "modrzewie@helpdesk.test" in page
    assert "Szkoła Podstawowa" in page and "Biblioteka" not in page


def test_one_that_killed_the_fetcher_says_where_it_lies(marek, cast):
    set_aside(b"Subject: x\n\n", "pomoc@helpdesk.test", "killed")
    assert "w folderze na problemy" in marek.get("/mails").text


def test_without_a_unit_nothing_is_accepted(marek, held):
    answer = marek.post(f"/mails/{held.id}/accept")
    assert answer.status_code == 422 and "Wybierz jednostkę" in answer.text
    assert held.state is MailState.HELD


def test_an_accepted_mail_of_staff_makes_nobody_a_person_of_a_unit(marek, cast):
    held = arrives(raw_mail("anna@modrzewie.test"))
    answer = marek.post(f"/mails/{held.id}/accept", data={"unit": cast.school.id})
    assert answer.status_code == 422 and "należy do obsługi" in answer.text
    assert held.state is MailState.HELD


def test_the_unit_is_found_by_single_words_and_by_its_municipality(marek, cast, held):
    name = cast.school.municipality.name.lower()
    assert "Szkoła Podstawowa" in marek.get(f"/mails/{held.id}?q={name}+szko").text
    assert "Spróbuj jednego słowa" in marek.get(f"/mails/{held.id}?q=szko+xyz").text


def test_a_refused_mail_stays_stored(marek, held):
    assert marek.post(f"/mails/{held.id}/refuse").location == "/mails"
    assert held.state is MailState.REFUSED
    assert b"Subject: " in marek.get(f"/mails/{held.id}/raw").data


def test_a_second_decision_is_refused(marek, cast, held):
    marek.post(f"/mails/{held.id}/refuse")
    assert marek.post(f"/mails/{held.id}/accept", data={"unit": cast.school.id}).status_code == 422
    assert held.ticket is None


def test_a_person_who_is_switched_off_is_not_let_in_by_mail(marek, cast):
    with transaction():
        cast.jan.active = False
    row = arrives(raw_mail("jan@modrzewie.test"))
    answer = marek.post(f"/mails/{row.id}/accept", data={"unit": cast.school.id})
    assert answer.status_code == 422 and cast.school not in cast.jan.units


def test_administrators_see_the_original_of_a_ticket_and_no_quarantine(client, cast, held):
    taken = arrives(raw_mail("jan@modrzewie.test", "Całość.\n\n> cytat"))
    sign_in(client, cast.anna)
    assert f"/mails/{taken.id}" in client.get(f"/desk/{taken.ticket.number}").text
    assert "cytat" in client.get(f"/mails/{taken.id}").text
    assert client.get(f"/mails/{held.id}").status_code == 404
    assert client.get("/mails").status_code == 403


def test_the_original_is_saved_and_never_opened(marek, held):
    answer = marek.get(f"/mails/{held.id}/raw")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type == "application/octet-stream"


def test_a_script_in_a_mail_is_text(marek, cast):
    row = arrives(raw_mail(STRANGER, "<script>alert(1)</script>", Subject="<b>x</b>"))
    page = marek.get(f"/mails/{row.id}").text
    assert "<script>alert" not in page and "<b>x</b>" not in page


def test_the_health_page_says_that_a_mail_waits(app, held):
    assert mails.waiting().verdict is Verdict.WARNING
    with transaction():
        held.state = MailState.BROKEN
    assert mails.waiting().verdict is Verdict.BROKEN
