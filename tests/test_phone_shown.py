"""Numbers for people to read."""

from helpdesk.phone import show_phone


def test_a_number_is_shown_in_groups():
    assert show_phone("+48500000012") == "+48 500 000 012"


def test_a_sender_name_is_shown_as_it_is():
    assert show_phone("Helpdesk") == "Helpdesk"
