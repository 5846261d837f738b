"""Category and merging on the desk's page, and what the reporter then reads."""

import pytest

from helpdesk import tokens
from helpdesk.models.codes import Category, Priority
from helpdesk.tickets.merging import merge
from tests.conftest import sign_in
from tests.drafts import opened
from tests.hours import does


@pytest.fixture
def first(cast):
    return opened(cast)


@pytest.fixture
def second(cast):
    return opened(cast, summary="Nie widać ostrzeżenia")


def page_of(ticket):
    return f"/t/{tokens.sign(tokens.TICKET_PAGE, ticket.id)}"


def test_staff_change_the_category(client, cast, first):
    sign_in(client, cast.anna)
    answer = client.post(f"/desk/{first.number}/category", data={"category": "hate"}, follow_redirects=True)
    assert "Kategoria została zmieniona" in answer.text
    assert first.category is Category.HATE


def test_a_category_that_does_not_exist_is_refused(client, cast, first):
    sign_in(client, cast.anna)
    assert client.post(f"/desk/{first.number}/category", data={"category": "spam"}).status_code == 422


def test_staff_merge_and_the_page_leads_to_the_other(client, cast, first, second):
    sign_in(client, cast.anna)
    answer = client.post(f"/desk/{second.number}/merge", data={"into": first.number}, follow_redirects=True)
    assert f'href="/desk/{first.number}"' in answer.text
    assert "Otwórz ponownie" not in answer.text


def test_a_refusal_stands_beside_the_number_that_was_typed(client, cast, second):
    sign_in(client, cast.anna)
    other = opened(cast, priority=Priority.NORMAL)
    answer = client.post(f"/desk/{second.number}/merge", data={"into": other.number})
    assert answer.status_code == 409
    assert answer.text.count("Najpierw je przyjmij albo zmień drugie na pilne") == 2
    assert f'value="{other.number}"' in answer.text


@pytest.mark.parametrize("who", ["jan", "kinga"])
@pytest.mark.parametrize("action", ["merge", "category"])
def test_only_staff_do(client, cast, first, who, action):
    sign_in(client, getattr(cast, who))
    data = {"into": first.number, "category": "hate"}
    assert client.post(f"/desk/{first.number}/{action}", data=data).status_code == 403


def test_the_reporter_reads_where_it_goes_on_and_writes_there(client, cast, first, second):
    does(merge, second, first.number, cast.anna)
    page = client.get(page_of(second)).text
    assert f"Prowadzimy je dalej jako zgłoszenie {first.number}" in page
    assert page_of(first)[:20] in page
    for _ in range(2):
        client.post(page_of(second), data={"body": "Dalej nie widać", "seen": "0"})
    assert [message.body for message in first.messages] == ["Dalej nie widać"]


def test_the_ticket_of_another_unit_is_named_and_not_opened(client, cast, second):
    first = opened(cast, unit=cast.school)
    does(merge, second, first.number, cast.anna)
    page = client.get(page_of(second)).text
    assert first.number in page
    assert f"Otwórz zgłoszenie {first.number}" not in page
