"""The text, the HTML and the files of a mail."""

from pathlib import Path

import pytest

from helpdesk.inbound.mail import read_message
from tests.inbound.mail.build import body, file, mail, multipart

RAW = Path(__file__).with_name("mail") / "raw"
SENTENCE = "Zażółć gęślą jaźń, źródło w świetlicy: ĄĆĘŁŃÓŚŹŻ"
CHARSETS = [
    "utf-8",
    "iso-8859-2",
    "windows-1250",
    "cp852",
    "utf-16",
    "utf-7",
    "UTF8",
    "Windows-1250",
    "x-mac-ce",
    "cp1250",
]
CODECS = {"x-mac-ce": "mac_latin2"}
PNG, PDF, JPEG = b"\x89PNG\r\n\x1a\n" + bytes(20), b"%PDF-1.7\n", b"\xff\xd8\xff\xe0" + bytes(20)


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", CHARSETS)
def test_text_is_read_in_its_charset(charset, encoding):
    raw = mail(body(SENTENCE, charset=CODECS.get(charset, charset), encoding=encoding))
    assert read_message(raw.replace(b"mac_latin2", b"x-mac-ce")).text == SENTENCE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("charset-unsaid-1250", "ścieżka jest nieprzejezdna"),
        ("charset-said-8859-2-is-1250", "Świetlica jest zamknięta – pilne „źródło”"),
        ("charset-said-utf-8-is-8859-2", "Ścieżka do źródła jest zaśnieżona"),
        ("charset-said-latin1-is-utf-8", "Ścieżka do źródła jest zaśnieżona"),
    ],
)
def test_a_wrong_or_missing_charset_is_made_up_for(name, words):
    assert words in read_message((RAW / f"{name}.eml").read_bytes()).text


@pytest.mark.parametrize(
    "charset", ["klingon", "x-unknown", "base64", "idna", "undefined", "unicode_escape", "'", ""]
)
def test_an_unknown_charset_is_guessed(charset):
    raw = mail(body(SENTENCE, charset="windows-1250")).replace(b"windows-1250", charset.encode())
    assert read_message(raw).text == SENTENCE


def test_raw_letters_in_the_header_are_read():
    assert read_message((RAW / "charset-unsaid-1250.eml").read_bytes()).subject == "Zażółć gęślą jaźń"


def test_soft_line_breaks_are_taken_out():
    flowed = body("Raz \ndwa \ntrzy.\n> a \n> b\n-- \nJan").replace(b"utf-8", b"utf-8; format=flowed")
    assert read_message(mail(flowed)).text == "Raz dwa trzy.\n> a\n> b\n-- \nJan".replace("> a\n", "> a \n")


def test_of_alternatives_the_text_is_shown_once():
    read = read_message(mail(multipart("alternative", body("Syrena"), body("<p><b>Syrena</b></p>", "text/html"))))
    assert (read.text, read.html) == ("Syrena", "<p><b>Syrena</b></p>")


def test_an_empty_text_gives_way_to_the_html():
    read = read_message(mail(multipart("alternative", body(" \n"), body("<p>Syrena</p>", "text/html"))))
    assert read.text == "Syrena"


def test_texts_around_a_file_are_both_shown():
    read = read_message(mail(multipart("mixed", body("Przed."), file("a.pdf", PDF), body("Po."))))
    assert (read.text, [part.name for part in read.attachments]) == ("Przed.\n\nPo.", ["a.pdf"])


def test_a_text_beside_html_is_shown_with_it():
    read = read_message(mail(multipart("mixed", body("<p>Raz</p>", "text/html"), body("a < b"))))
    assert read.html == "<p>Raz</p>\n<pre>a &lt; b</pre>"


HARMFUL = {
    "script": "<script>alert(1)</script>",
    "style": "<style>p {background: url(//x.test)}</style>",
    "handler": '<p onclick="alert(1)">x</p>',
    "remote picture": '<img src="https://x.test/a.gif" alt="x">',
    "picture without scheme": '<img src="//x.test/a.gif">',
    "picture in data": '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "background": '<table background="https://x.test/a.gif"><tr><td style="background:url(https://x.test)">x</td></tr></table>',
    "javascript": '<a href="javascript:alert(1)">x</a>',
    "frame": '<iframe src="https://x.test"></iframe>',
    "form": '<form action="https://x.test"><input name="a"></form>',
    "picture set": '<img srcset="https://x.test/a.gif 1x">',
    "svg": "<svg><script>alert(1)</script></svg>",
    "base": '<base href="https://x.test/">',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://x.test">',
    "video": '<video poster="https://x.test/a.gif"></video>',
}


@pytest.mark.parametrize("name", HARMFUL)
def test_html_does_nothing_and_loads_nothing(name):
    html = read_message(mail(body(f"<p>Syrena</p>{HARMFUL[name]}", "text/html"))).html
    assert "<p>Syrena</p>" in html
    assert not any(word in html for word in ("alert", "x.test", "<script", "<style", "onclick", "srcset", "<svg"))


def test_a_picture_out_of_the_mail_stays():
    read = read_message(mail(body('<p>x</p><img src="cid:a@x.test" alt="syrena">', "text/html")))
    assert '<img src="cid:a@x.test" alt="syrena">' in read.html


def test_a_text_with_signs_of_html_stays_text():
    assert read_message(mail(body("<b>a</b> & c"))).text == "<b>a</b> & c"


NAMES = {
    'filename="plan.pdf"': "plan.pdf",
    "filename=plan.pdf": "plan.pdf",
    "filename*=utf-8''za%C5%BC%C3%B3%C5%82%C4%87.pdf": "zażółć.pdf",
    "filename*=iso-8859-2''za%BF.pdf": "zaż.pdf",
    "filename*0*=utf-8''za%C5; filename*1*=%BC.pdf": "zaż.pdf",
    'filename*0="raz "; filename*1="dwa.pdf"': "raz dwa.pdf",
    'filename="=?utf-8?q?za=C5=BC.pdf?="': "zaż.pdf",
    "filename=\"utf-8''za%C5%BC.pdf\"": "utf-8''za%C5%BC.pdf",
    'filename="zażółć.pdf"': "zażółć.pdf",
    'filename="../../etc/passwd"': "passwd",
    'filename="C:\\\\Users\\\\jan\\\\plan.pdf"': "plan.pdf",
    'filename="a/b"': "b",
    'filename=".htaccess"': "htaccess",
    'filename="plan\u202efdp.exe"': "planfdp.exe",
    'filename="a\tb:c?.pdf"': "a b_c_.pdf",
    'filename="con.txt"': "_con.txt",
    'filename=""': "attachment.pdf",
    'filename=".."': "attachment.pdf",
    f'filename="{"a" * 300}.pdf"': f"{'a' * 116}.pdf",
}


@pytest.mark.parametrize("written", NAMES)
def test_the_name_of_a_file_is_safe(written):
    part = file("@@", PDF).replace(b'filename="@@"', written.encode())
    assert [one.name for one in read_message(mail(part)).attachments] == [NAMES[written]]


TYPES = [
    ("zdjęcie.jpg", "image/jpeg", JPEG, "image/jpeg"),
    ("zdjęcie.jpg", "application/octet-stream", JPEG, "image/jpeg"),
    ("zdjęcie.jpg", "image/jpeg", b"<html><script>alert(1)</script>", "text/html"),
    ("zdjęcie.jpg", "image/jpeg", b"  <svg onload='alert(1)'>", "image/svg+xml"),
    ("zdjęcie.png", "image/png", b"nic takiego", "application/octet-stream"),
    ("plan.pdf", "application/octet-stream", PDF, "application/pdf"),
    ("plan.pdf", "application/pdf", b"MZ\x90", "application/x-msdownload"),
    ("plan.txt", "application/octet-stream", b"plan", "text/plain"),
    (
        "plan.docx",
        "application/octet-stream",
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("plan.zip", "image/png", b"PK\x03\x04", "application/zip"),
    ("winmail.dat", "application/ms-tnef", b"x\x9f\x3e\x22ab", "application/ms-tnef"),
    ("termin.ics", "text/calendar", b"BEGIN:VCALENDAR", "text/calendar"),
]


@pytest.mark.parametrize(("name", "said", "content", "kind"), TYPES)
def test_the_type_of_a_file_is_what_its_content_shows(name, said, content, kind):
    attached = read_message(mail(multipart("mixed", body("x"), file(name, content, said)))).attachments
    assert [(one.type, one.bytes) for one in attached] == [(kind, content)]


def test_a_picture_in_the_text_is_a_file_too():
    page = multipart("related", body('<img src="cid:a">', "text/html"), file("a.png", PNG, "image/png", "inline"))
    assert [one.name for one in read_message(mail(page)).attachments] == ["a.png"]


def test_a_picture_alone_is_a_file():
    assert [one.type for one in read_message(mail(file("a.png", PNG, "image/png", "inline"))).attachments] == [
        "image/png"
    ]


def test_a_text_that_is_attached_is_no_part_of_the_text():
    read = read_message(mail(multipart("mixed", body("Syrena"), file("a.txt", b"plik", "text/plain"))))
    assert (read.text, read.attachments[0].bytes) == ("Syrena", b"plik")


def test_a_mail_in_a_mail_is_a_file():
    inner = mail(body("Stary list."), subject="Most")
    read = read_message(mail(multipart("mixed", body("Nowy."), b"Content-Type: message/rfc822\r\n\r\n" + inner)))
    assert (read.text, read.attachments[0].name, read.attachments[0].type) == (
        "Nowy.",
        "Most.eml",
        "message/rfc822",
    )
    assert read_message(read.attachments[0].bytes).subject == "Most"


def test_a_uuencoded_file_is_taken_out_of_the_text():
    read = read_message((RAW / "uuencode.eml").read_bytes())
    assert (read.attachments[0].name, read.attachments[0].bytes) == ("plan.txt", b"Plan drogi.\n")
    assert read.text.split("\n") == ["W tekście jest plik.", "", "", "", "Koniec."]


def test_a_broken_base64_is_read_as_far_as_it_goes():
    part = file("a.txt", b"Plan drogi na zebranie", "text/plain").rstrip(b"=\n")[:-1]
    assert (
        read_message(mail(multipart("mixed", body("x"), part)))
        .attachments[0]
        .bytes.startswith(b"Plan drogi na zeb")
    )


def test_a_missing_last_boundary_loses_nothing():
    raw = mail(multipart("mixed", body("Syrena"), file("a.pdf", PDF)))
    read = read_message(raw[: raw.rindex(b"--=_")])
    assert (read.text, read.attachments[0].bytes) == ("Syrena", PDF)
