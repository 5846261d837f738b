"""What a fuzzer sends: arbitrary bytes, mails put together from odd pieces, and valid mails that were damaged."""

from hypothesis import strategies as st

from tests.inbound.mail.build import body, file, mail, multipart
from tests.inbound.mail.clients import PAGES, TEXTS, written, written_in_html

NAMES = [
    *("From", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References", "Return-Path", "Auto-Submitted"),
    *("Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Precedence", "X-Failed-Recipients"),
]
# Values and pieces of values that lead somewhere.
TOKENS = [
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b"; ", b"=", b'"', b"\\", b"<", b">", b"(", b",", b":"),
    *(b"--", b"--b", b"--b--", b"=?utf-8?q?=C5=82?=", b"=?iso-8859-2?b?s/M=?=", b"=?x?b?=?="),
    *(b"=?utf-8*pl?q?_?=", b"filename*0*=utf-8''%C5", b"filename*1=a", b"multipart/mixed; boundary=b"),
    *(b"multipart/alternative; boundary=b", b"multipart/report; report-type=delivery-status"),
    *(b"text/plain; charset=utf-8", b"text/html; charset=windows-1250"),
    *(b"text/plain; format=flowed; delsp=yes", b"message/rfc822", b"charset=utf-7", b"charset=utf-16"),
    *(b"charset=iso-2022-jp", b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"begin 644 a.txt\n"),
    *(b"#0V%T\n", b"`\nend\n", b"> ", b"On 12.09.2026 Jan <a@b.test> wrote:\n", b"-- \n"),
    *(b"Od: a@b.test\n", b"W dniu 12.09.2026 o 10:15, Jan pisze:\n", b"Temat: x\n"),
    *(b"-----Original Message-----\n", b"Sent from my iPhone\n", b"<div class=gmail_quote>"),
    *(b"<blockquote type=cite>", b"</blockquote>", b"<hr id=stopSpelling>", b"<img src=//x.test/a>"),
    *(b"<table><tr><td>", b"<!--", b"-->", b"<script>", b"&#0;", b"&nbsp;", b"<?xml", b"+2AA-", b"\x1b$B"),
    *(b"\xef\xbb\xbf", b"\xff\xfe"),
]
VALID = [
    *(mail(body(written(template)), in_reply_to="<sent-1@desk.test>") for template in TEXTS[::6]),
    *(mail(body(written_in_html(page), "text/html")) for page in PAGES[::4]),
    mail(multipart("alternative", body("Syrena\n"), body("<p>Syrena</p>", "text/html", "iso-8859-2", "base64"))),
    mail(
        multipart(
            "mixed", body("W załączniku zdjęcie.\n"), file("zdjęcie.jpg", b"\xff\xd8\xff" + bytes(50), "image/jpeg")
        )
    ),
]

pieces = st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=40)), max_size=30).map(b"".join)
fields = st.lists(st.tuples(st.sampled_from(NAMES), pieces), max_size=10)
put_together = st.builds(
    lambda fields, text: (
        b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + text
    ),
    fields,
    pieces,
)
places = st.floats(0, 1, exclude_max=True)
damages = st.lists(
    st.tuples(places, st.integers(0, 40), st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8))), max_size=12
)


def damaged(raw: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """At each place so many bytes are replaced by others."""
    for place, length, new in changes:
        start = int(place * len(raw))
        raw = raw[:start] + new + raw[start + length :]
    return raw


mails = st.one_of(st.binary(max_size=2_000), put_together, st.builds(damaged, st.sampled_from(VALID), damages))
