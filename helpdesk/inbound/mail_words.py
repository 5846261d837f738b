"""Encoded words of header fields (RFC 2047), as they are meant and as they are found."""

import binascii
import re

from helpdesk.inbound.mail_charset import decode

LONGEST = 100_000  # bytes of a field that are decoded
WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ue000-\ue003\ud800-\udfff]")


def decode_words(value: bytes) -> str:
    """A field's value as one line of text. Raw 8-bit bytes are read as UTF-8 or the likeliest charset.

    Neighbours of one charset are joined before they are decoded: programs cut letters of several bytes in two.
    """
    value = value[:LONGEST]
    out: list[str] = []
    pending: list[bytes] = []
    charset, place = b"", 0
    for word in WORD.finditer(value):
        between = value[place : word.start()]
        name = word[1].partition(b"*")[0].lower()
        if pending and (between.strip() or name != charset):
            out.append(_text(pending, charset))
            pending = []
        if between.strip() or (not out and not pending):
            out.append(decode(between))
        charset, place = name, word.end()
        pending.append(_unpacked(word[2], word[3]))
    out.append(_text(pending, charset))
    out.append(decode(value[place:]))
    return " ".join(UNSAFE.sub("", "".join(out).replace("\n", " ")).split())


def _text(pieces: list[bytes], charset: bytes) -> str:
    return decode(b"".join(pieces), charset.decode("ascii", "replace")) if pieces else ""


def _unpacked(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    return from_base64(text)


def from_base64(text: bytes | memoryview) -> bytes:
    """What is no base64 is left out; a wrong padding costs at most the last group."""
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", bytes(text))
        letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
