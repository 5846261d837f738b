"""Numbers for people to read."""

import pytest

from helpdesk.phone import hide_middle, show_phone


def test_a_number_is_shown_in_groups():
    assert show_phone("+48500000012") == "+48 500 000 012"


def test_a_sender_name_is_shown_as_it_is():
    assert show_phone("Helpdesk") == "Helpdesk"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+48500000012", "+48 500 ••• 012"), ("+48221234567", "+48 22 1•• •5 67"), ("Helpdesk", "•••")],
)
def test_the_middle_of_a_number_is_hidden_and_its_ends_say_which_one_it_is(number, shown):
    assert hide_middle(number) == shown
