"""Any bytes at all give a result, soon, and the result keeps its promises."""

from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings

from helpdesk.inbound.mail import read_message
from tests.inbound.mail.hostile import HTML, PLAIN, SMALL, TEXTS, nested, nested_messages
from tests.inbound.mail.invariants import broken
from tests.inbound.mail.strategies import mails

SECONDS = 2.5  # of the processor; a tenth of it is usual


@pytest.mark.parametrize("name", SMALL)
def test_a_hostile_mail_is_read(name):
    raw = SMALL[name]()
    start = process_time()
    assert broken(read_message(raw)) == []
    assert process_time() - start < SECONDS


@pytest.mark.parametrize("head", [PLAIN, HTML], ids=["text", "html"])
@pytest.mark.parametrize("name", TEXTS)
def test_no_text_makes_an_expression_run_away(name, head):
    raw = head + TEXTS[name].encode()
    start = process_time()
    assert broken(read_message(raw)) == []
    assert process_time() - start < SECONDS


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mails)
def test_damaged_mails_are_read(raw):
    assert broken(read_message(raw)) == []


def test_what_lies_200_levels_deep_is_found():
    assert read_message(nested(200)).text == "dno"


def test_what_lies_too_deep_is_kept_as_a_file():
    read = read_message(nested(2_000))
    assert (read.text, b"dno" in read.attachments[0].bytes) == ("", True)


def test_a_mail_in_500_mails_is_one_file():
    assert [part.type for part in read_message(nested_messages(500)).attachments] == ["message/rfc822"]


def test_a_thousand_parts_are_all_read():
    assert read_message(SMALL["a thousand parts"]()).text.count("x") == 1_000


def test_more_parts_than_anybody_sends_are_kept_as_files():
    read = read_message(SMALL["ten thousand parts"]())
    assert read.text.count("x") + sum(part.bytes.count(b"\r\n\r\nx") for part in read.attachments) == 10_000


def test_too_much_html_is_kept_as_a_file():
    read = read_message(HTML + b"<p>raz</p>" * 400_000)
    assert (read.html, read.attachments[0].type, len(read.attachments[0].bytes)) == (None, "text/html", 4_000_000)
