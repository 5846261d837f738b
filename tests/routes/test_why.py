"""The page "Why this deadline?" for staff, for a gmina and for the reporter."""

import pytest

from helpdesk import tokens
from helpdesk.clock_words import CAUSES
from helpdesk.models.codes import ClockCause, Priority, SlaTargetKind
from helpdesk.sla.clock import clocks_of
from helpdesk.sla.ledger import written
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.lifecycle import change_priority, resume, wait_for_unit
from tests.conftest import sign_in
from tests.drafts import opened
from tests.hours import at, does, local


@pytest.fixture
def ticket(cast):
    return opened(cast, priority=Priority.NORMAL)


def test_it_says_calendar_count_and_sum_in_words(client, cast, ticket):
    sign_in(client, cast.anna)
    page = client.get(f"/desk/{ticket.number}/why").text
    assert "poniedziałek–piątek 08:00–16:00, bez polskich świąt" in page
    assert "śr. 11 mar 2026, 10:00" in page
    assert 'Razem: <strong class="number">24 godz.</strong>' in page


def test_the_reporter_reads_it_by_the_personal_link(client, ticket):
    link = f"/t/{tokens.sign(tokens.TICKET_PAGE, ticket.id)}"
    assert f"{link}/why" in client.get(link).text
    assert "Skąd ten termin?" in client.get(f"{link}/why").text


def test_a_forged_link_shows_nothing(client):
    assert client.get("/t/forged/why").status_code == 404


def test_another_gmina_does_not_see_it(client, cast, ticket):
    sign_in(client, cast.olga)
    assert client.get(f"/desk/{ticket.number}/why").status_code == 404


def test_the_history_names_who_why_and_what_was_before(client, cast, ticket):
    does(change_priority, ticket, Priority.URGENT, SYSTEM)
    at("11:00")
    does(wait_for_unit, ticket, SYSTEM)
    sign_in(client, cast.anna)
    page = client.get(f"/desk/{ticket.number}/why").text
    assert "Zmieniono pilność" in page
    assert "wcześniej: 24 godz. w kalendarzu „Godziny pracy”" in page
    assert "nie ma terminu, pozostało 3 godz." in page


def test_a_pause_is_named_with_its_length(client, cast, ticket):
    does(wait_for_unit, ticket, SYSTEM)
    at("12:30")
    does(resume, ticket, SYSTEM)
    sign_in(client, cast.anna)
    assert "wstrzymany (2 godz. 30 min 0 s)" in client.get(f"/desk/{ticket.number}/why").text


def test_a_deadline_that_was_moved_after_it_had_passed_says_that_it_counts_as_late(client, cast, ticket):
    def is_late(row):
        row.breached_at = local("10:30")

    does(is_late, clocks_of(ticket)[SlaTargetKind.RESOLVE])
    sign_in(client, cast.anna)
    assert client.get(f"/desk/{ticket.number}/why").text.count("mimo to liczy się jako przekroczony") == 1
    assert "liczy się jako przekroczony od śr. 11 mar 2026, 10:30" in client.get(f"/desk/{ticket.number}").text


def test_an_edit_that_left_the_promise_alone_says_so(client, cast, ticket):
    def edit(row):
        with written(row, ClockCause.POLICY, SYSTEM):
            pass

    does(edit, clocks_of(ticket)[SlaTargetKind.RESOLVE])
    sign_in(client, cast.anna)
    assert "Ten termin się nie zmienił: 24 godz." in client.get(f"/desk/{ticket.number}/why").text


def test_every_cause_has_its_words():
    assert set(CAUSES) == set(ClockCause)
