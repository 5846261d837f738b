"""Mails that want to hang, burst or confuse the reader. Each is built when it is asked for: some are large.

`SMALL` are read in every test run, `LARGE` as well with the seconds they may take.
"""

import random
from collections.abc import Callable

HEAD = b"From: Ela <ela@x.test>\r\nTo: pomoc@y.test\r\nSubject: x\r\nMessage-ID: <1@x.test>\r\n"
PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def nested(levels: int, kind: bytes = b"mixed", inside: bytes = b"dno") -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/%s; boundary=b%d\r\n\r\n--b%d\r\n" % (kind, n, n) for n in range(levels)
    )
    return HEAD + opened + b"Content-Type: text/plain\r\n\r\n" + inside


def nested_messages(levels: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: dno\r\n\r\ndno"


def many_parts(count: int, part: bytes = b"Content-Type: text/plain\r\n\r\nx") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\n" + part + b"\r\n") * count
        + b"--b--\r\n"
    )


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def field(name: bytes, value: bytes) -> bytes:
    return name + b": " + value + b"\r\n" + PLAIN + b"tekst"


SMALL: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one newline": lambda: b"\n",
    "one NUL": lambda: b"\0",
    "only NUL": lambda: b"\0" * 5_000,
    "only header": lambda: HEAD,
    "no header": lambda: "Dzień dobry,\nnie działa syrena.\n".encode(),
    "old Macintosh newlines": lambda: (PLAIN + b"raz\r\ndwa").replace(b"\r\n", b"\r"),
    "noise": lambda: noise(20_000),
    "noise below a header": lambda: PLAIN + noise(20_000, 2),
    "noise as HTML": lambda: HTML + noise(20_000, 3),
    "noise as base64": lambda: HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + noise(20_000, 4),
    "noise as uuencode": lambda: (
        HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + noise(20_000, 5)
    ),
    "NUL in the header": lambda: HEAD.replace(b"Ela", b"E\0la").replace(b": x", b": x\0y") + b"\r\na\0b",
    "nested 200 deep": lambda: nested(200),
    "nested 2,000 deep": lambda: nested(2_000),
    "alternatives 500 deep": lambda: nested(500, b"alternative"),
    "messages 500 deep": lambda: nested_messages(500),
    "a thousand parts": lambda: many_parts(1_000),
    "ten thousand parts": lambda: many_parts(10_000),
    "a thousand empty parts": lambda: many_parts(1_000, b""),
    "no boundary given": lambda: HEAD + b"Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\ntekst\r\n--a--\r\n",
    "boundary that never comes": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=zzz\r\n\r\ntekst\r\n",
    "empty boundary": lambda: (
        HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\ntekst\r\n----\r\n'
    ),
    "boundary with signs of expressions": lambda: (
        HEAD + b'Content-Type: multipart/mixed; boundary="(.*)+[a"\r\n\r\n--(.*)+[a\r\n\r\ntekst\r\n--(.*)+[a--\r\n'
    ),
    "type without end": lambda: HEAD + b"Content-Type: " + b"a/" * 5_000 + b"\r\n\r\nx",
    "unknown charset": lambda: HEAD + b"Content-Type: text/plain; charset=klingon-8\r\n\r\nza\xbf\xf3\xb3\xe6",
    "charset that is no charset": lambda: HEAD + b"Content-Type: text/plain; charset=base64\r\n\r\ntekst",
    "charset undefined": lambda: HEAD + b"Content-Type: text/plain; charset=undefined\r\n\r\ntekst",
    "charset idna": lambda: HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\n" + b"a." * 9_000,
    "charset unicode_escape": lambda: HEAD + b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\ud800 \\x",
    "charset utf-16 odd": lambda: HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfea\0b\0c",
    "charset utf-7 broken": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGEAYg tekst +",
    "charset of surrogates": lambda: HEAD + b"Content-Type: text/plain; charset=\xed\xa0\x80\r\n\r\ntekst",
    "broken encoded words": lambda: field(b"Subject", b"=?utf-8?b?a?= =?x?q?=?= =?utf-8?q?=C5?= =?utf-8?b?=?="),
    "name of 100 kB": lambda: (
        HEAD + b'Content-Disposition: attachment; filename="' + b"a" * 100_000 + b'.pdf"\r\n\r\nx'
    ),
    "name that climbs": lambda: HEAD + b'Content-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx',
    "deep HTML": lambda: HTML + b"<div>" * 100_000 + b"dno",
    "deep tables": lambda: HTML + b"<table><tr><td>" * 5_000 + b"dno",
    "deep lists": lambda: HTML + b"<ul><li>x" * 5_000,
    "only brackets": lambda: HTML + b"<" * 300_000,
    "open comments": lambda: HTML + b"<!--" * 100_000,
    "HTML with NUL": lambda: HTML + b"<p>ra\0z</p><p>dwa</p>",
    "HTML declared as UTF-16": lambda: HTML + b'<?xml version="1.0" encoding="UTF-16"?><p>raz</p>',
    "HTML with entities": lambda: (
        HTML + b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>&b;&#0;&#xd800;</p>'
    ),
    "addresses in brackets": lambda: field(b"To", b"(" * 20_000 + b"<" * 20_000),
    "addresses in quotes": lambda: field(b"To", b'"\\' * 40_000),
    "ten thousand recipients": lambda: field(b"To", b", ".join(b"a%d@x.test" % n for n in range(10_000))),
    "ten thousand fields": lambda: b"X-A: b\r\n" * 10_000 + PLAIN + b"tekst",
    "fields without a colon": lambda: b"From\r\n" * 10_000 + PLAIN + b"tekst",
    "uuencode without an end": lambda: PLAIN + b"begin 644 a.txt\n" * 5_000,
    "uuencoded nothing": lambda: PLAIN + b"begin 644 a.txt\nend\n" * 5_000,
    "uuencode of many files": lambda: PLAIN + b"begin 644 a.txt\n#0V%T\n`\nend\n" * 2_000,
}
# What regular expressions choke on, as the text of a mail.
TEXTS: dict[str, str] = {
    "spaces": " " * 200_000,
    "newlines": "\n" * 200_000,
    "quotation marks": ">" * 200_000,
    "quoted lines": "> a\n" * 50_000,
    "On": "On " * 70_000,
    "On over lines": "On 12.09.2026 Jan\n" * 15_000,
    "headings": "W dniu 12.09.2026 o 10:15, Jan <jan@x.test> napisał(a):\n" * 8_000,
    "half headings": "W dniu 12.09.2026 o 10:15, Jan <jan@x.test> napis\n" * 8_000,
    "wrote": "wrote " * 40_000,
    "fields": "Od: a\n" * 30_000,
    "fields with spaces": ("Od" + " " * 300 + "a\n") * 600,
    "dashes": "-" * 200_000,
    "dashes in lines": ("-" * 500 + "x\n") * 400,
    "underscores": ("_" * 590 + "\n") * 300,
    "sent from": "Wysłano z " * 20_000,
    "sent from in lines": ("Wysłano z " + "a " * 200 + "\n") * 500,
    "addresses": "a@" * 100_000,
    "addresses in lines": ("a@b " * 140 + ":\n") * 300,
    "digits": ("12 34 56 78 9 " * 40 + "\n") * 300,
    "dates": ("12.09.2026 10:15 " * 25 + "<a@b>\n") * 400,
    "link cut": "> (http://" + "a" * 200_000 + "\nb",
    "signatures": "--\n" * 60_000,
    "signatures with blank lines": "--\n\n" * 60_000,
    "stars": ("*" * 500 + "\n") * 400,
    "letters": "ą" * 200_000,
    "marks of ours": "\ue000\ue001\ue002\ue003\ue004" * 20_000,
}
MEGABYTE = 1_000_000
LARGE: dict[str, Callable[[], bytes]] = {
    "To of a megabyte": lambda: field(b"To", b"a@x.test, " * (MEGABYTE // 10)),
    "From of a megabyte": lambda: field(b"From", b"(" * MEGABYTE),
    "Subject of a megabyte": lambda: field(b"Subject", b"=?utf-8?q?a?= " * (MEGABYTE // 14)),
    "References of a megabyte": lambda: field(b"References", b"<a@b> " * (MEGABYTE // 6)),
    "Content-Type of a megabyte": lambda: (
        HEAD + b"Content-Type: text/plain; " + b'a="' * (MEGABYTE // 3) + b"\r\n\r\nx"
    ),
    "folded to a megabyte": lambda: b"Subject: a\r\n" + b" b\r\n" * (MEGABYTE // 4) + PLAIN + b"tekst",
    "header that never ends": lambda: b"Subject: " + b"a" * (5 * MEGABYTE),
    "50 MB of base64": lambda: (
        HEAD
        + b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + (b"A" * 76 + b"\r\n") * 640_000
    ),
    "50 MB of newlines": lambda: PLAIN + b"\n" * (50 * MEGABYTE),
    "50 MB of text": lambda: PLAIN + "zażółć gęślą jaźń\n".encode() * 1_900_000,
    "50 MB of unknown bytes": lambda: PLAIN + b"\xbf\xf3\xb3\xe6 \xff" * (50 * MEGABYTE // 6),
    "50 MB of HTML": lambda: HTML + b"<p>raz <b>dwa</b></p>" * (50 * MEGABYTE // 21),
    "50 MB of half boundaries": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"\n--ab" * (50 * MEGABYTE // 5)
    ),
    "50 MB nested 200 deep": lambda: nested(200, inside=(b"x" * 70 + b"\n") * 700_000),
    "50 MB of uuencode": lambda: PLAIN + b"begin 644 a.bin\n" + (b"M" + b"A" * 60 + b"\n") * 800_000 + b"`\nend\n",
    "50 MB without a newline": lambda: b"a" * (50 * MEGABYTE),
    "50 MB of quoted-printable": lambda: (
        HEAD
        + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"=C5=BC=\r\n" * (50 * MEGABYTE // 9)
    ),
}
