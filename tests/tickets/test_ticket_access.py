"""Who may see a ticket: a unit its own, a coordinator those of the gmina, staff all."""

import pytest

from helpdesk.errors import NotFound
from helpdesk.tickets.access import can_see, find_ticket
from helpdesk.tickets.opening import Reporter
from tests.drafts import opened


@pytest.fixture
def ticket(cast):
    """Filed by somebody without an account, so that only the unit counts."""
    return opened(cast, reporter=Reporter("Ktoś"))


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("jan", True),  # of the unit
        ("stefania", False),  # of another unit of the gmina
        ("olga", False),  # of another gmina
        ("kinga", True),  # coordinates the gmina
        ("anna", True),
        ("marek", True),
    ],
)
def test_a_ticket_is_seen_by(cast, ticket, name, sees):
    assert can_see(getattr(cast, name), ticket) is sees


def test_who_filed_it_sees_it_though_not_of_the_unit(cast):
    ticket = opened(cast, reporter=Reporter("Olga", user_id=cast.olga.id))
    assert can_see(cast.olga, ticket)


def test_the_number_may_be_typed_in_small_letters(cast, ticket):
    assert find_ticket("mod-2026-0001", cast.anna) is ticket


@pytest.mark.parametrize("number", ["MOD-2026-0001", "MOD-2026-0999", "", "' OR 1=1 --", "\U0001f4a9"])
def test_a_ticket_of_others_and_none_at_all_look_the_same(cast, ticket, number):
    with pytest.raises(NotFound):
        find_ticket(number, cast.olga)


def test_a_coordinator_without_a_gmina_sees_nothing_more(cast, ticket):
    cast.kinga.municipality = None
    assert not can_see(cast.kinga, ticket)
