"""Who wrote to whom, about what, in answer to what."""

from pathlib import Path

import pytest

from helpdesk.inbound.mail import Address, read_message
from tests.inbound.mail.build import body, mail

RAW = Path(__file__).with_name("mail") / "raw"
SENDERS = {
    "Jan Nowak <jan@x.test>": ("Jan Nowak", "jan@x.test"),
    '"Nowak, Jan" <jan@x.test>': ("Nowak, Jan", "jan@x.test"),
    "Nowak, Jan <jan@x.test>": ("Nowak, Jan", "jan@x.test"),
    "jan@x.test": ("", "jan@x.test"),
    "<jan@x.test>": ("", "jan@x.test"),
    "jan@x.test (Jan Nowak)": ("Jan Nowak", "jan@x.test"),
    "=?utf-8?q?Wanda_=C5=81ak?= <wanda@x.test>": ("Wanda Łak", "wanda@x.test"),
    "=?iso-8859-2?Q?Wanda_=A3ak?= <wanda@x.test>": ("Wanda Łak", "wanda@x.test"),
    "=?windows-1250?B?V2FuZGEgo2Fr?= <wanda@x.test>": ("Wanda Łak", "wanda@x.test"),
    '"=?utf-8?q?Wanda_=C5=81ak?=" <wanda@x.test>': ("Wanda Łak", "wanda@x.test"),
    "=?utf-8?q?=C5=81ak=2C_Wanda?= <wanda@x.test>": ("Łak, Wanda", "wanda@x.test"),
    "=?utf-8?q?Wanda_=C5=81ak_=3Cwanda=40x=2Etest=3E?=": ("Wanda Łak", "wanda@x.test"),
    "Wanda Łak <wanda@x.test>": ("Wanda Łak", "wanda@x.test"),
    "=?utf-8?q?Wanda_?= =?utf-8?b?xYFhaw==?= <wanda@x.test>": ("Wanda Łak", "wanda@x.test"),
    "=?utf-8?b?xQ==?= =?utf-8?b?gWFr?= <wanda@x.test>": ("Łak", "wanda@x.test"),
    "'Jan Nowak' <jan@x.test>": ("Jan Nowak", "jan@x.test"),
    "OSP | Dolna <osp@x.test>": ("OSP | Dolna", "osp@x.test"),
    "Jan <jan @ x.test>": ("Jan", "jan@x.test"),
    "Jan \\<b\\> <jan@x.test>, Anna <anna@x.test>": ("Jan \\<b\\>", "jan@x.test"),
    "=?nie?q?Jan?= <jan@x.test>": ("Jan", "jan@x.test"),
    "Jan Nowak": ("Jan Nowak", ""),
}
SUBJECTS = {
    "Syrena": "Syrena",
    "=?utf-8?q?Zg=C5=82oszenie_12?=": "Zgłoszenie 12",
    "=?utf-8?q?Zg=C5=82oszenie 12?=": "Zgłoszenie 12",
    "Re: =?iso-8859-2?q?Zg=B3oszenie?= [12]": "Re: Zgłoszenie [12]",
    "=?utf-8?b?WmHFvMOzxYLEhw?=": "Zażółć",
    "=?utf-8*pl?q?Zg=C5=82oszenie?=": "Zgłoszenie",
    "raz\r\n\tdwa": "raz dwa",
    "=?utf-8?q?raz?=\r\n =?utf-8?q?dwa?=": "razdwa",
    "Zażółć gęślą jaźń": "Zażółć gęślą jaźń",
    "=?utf-8?q?a=0D=0ABcc:_x=40x.test?=": "a Bcc: x@x.test",
    "\u202eodwrotnie": "odwrotnie",
    "=?utf-8?q??=": "",
}


@pytest.mark.parametrize("written", SENDERS)
def test_the_sender(written):
    raw = mail(body("x"), sender="@@").replace(b"@@", written.encode(), 1)
    assert read_message(raw).sender == Address(*SENDERS[written])


@pytest.mark.parametrize("written", SUBJECTS)
def test_the_subject(written):
    raw = mail(body("x"), subject="@@").replace(b"@@", written.encode(), 1)
    assert read_message(raw).subject == SUBJECTS[written]


@pytest.mark.parametrize(
    ("field", "addresses"),
    [
        ("a@x.test, B <b@x.test>", ["a@x.test", "b@x.test"]),
        ("a@x.test; b@x.test", ["a@x.test", "b@x.test"]),
        ('"A, B" <a@x.test>,\r\n\tb@x.test', ["a@x.test", "b@x.test"]),
        ("a@x.test, A@X.TEST", ["a@x.test"]),
        ("undisclosed-recipients:;", []),
        ("", []),
    ],
)
def test_the_recipients(field, addresses):
    assert [person.address for person in read_message(mail(body("x"), to=field)).recipients] == addresses


def test_recipients_of_two_fields_come_once_each():
    read = read_message(mail(body("x"), cc="pomoc@desk.test, anna@x.test"))
    assert [person.address for person in read.recipients] == ["pomoc@desk.test", "anna@x.test"]


def test_the_sender_field_stands_in_for_a_missing_from():
    raw = mail(body("x"), return_path="<jan@x.test>").replace(b"From:", b"X-From:", 1)
    assert read_message(raw).sender.address == "jan@x.test"


def test_references_go_from_the_oldest_to_the_newest():
    read = read_message(
        mail(body("x"), references="<a@x.test>\r\n <b@x.test> <a@x.test>", in_reply_to=" <b@x.test>")
    )
    assert (read.references, read.in_reply_to) == (("<a@x.test>", "<b@x.test>"), "<b@x.test>")


@pytest.mark.parametrize("written", ["<1@x.test>", "1@x.test", "\r\n <1@x.test>", "<1@x.test> (dopisek)"])
def test_the_identifier_has_brackets(written):
    assert read_message(mail(body("x"), message_id=written)).message_id == "<1@x.test>"


def test_an_identifier_has_no_blank_of_any_kind():
    raw = mail(body("x"), message_id="@@").replace(b"@@", b"a\x1c\xc2\xa0b@x.test")
    assert read_message(raw).message_id == "<ab@x.test>"


def test_a_mail_without_an_identifier_gets_the_same_one_each_time():
    raw, other = mail(body("x"), message_id=""), mail(body("y"), message_id="")
    assert read_message(raw).message_id == read_message(raw).message_id != read_message(other).message_id


def test_a_message_out_of_a_mailbox_file_is_read():
    read = read_message((RAW / "mailbox-file.eml").read_bytes())
    assert (read.sender.address, read.text) == ("x@x.test", "Treść.")
