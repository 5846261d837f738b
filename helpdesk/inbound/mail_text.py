"""The bytes of a part: unpacked from their transfer encoding, and read as text."""

import binascii
import re
from typing import NamedTuple

from helpdesk.inbound.mail_charset import decode
from helpdesk.inbound.mail_mime import Part
from helpdesk.inbound.mail_words import from_base64

UUENCODE = ("x-uuencode", "uuencode", "x-uue")
BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,250})\r?\n", re.MULTILINE)
END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)
MOST_PIECES = 200  # uuencoded files in one text


class Piece(NamedTuple):
    """A file that stood in a text: its undecoded name and its bytes."""

    name: bytes
    content: bytes


def unpack(raw: bytes, part: Part) -> bytes:
    """The part's bytes without their transfer encoding; an unknown or broken one never raises."""
    body = memoryview(raw)[part.start : part.end]
    if part.whole:
        return bytes(body)
    encoding = (
        part.headers.first("content-transfer-encoding").split(b";")[0].strip().lower().decode("ascii", "replace")
    )
    if encoding == "base64":
        return from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in UUENCODE:
        data = bytes(body)
        begin = BEGIN.search(data)
        return from_uuencode(data[begin.end() if begin else 0 :])
    return bytes(body)


def from_uuencode(data: bytes) -> bytes:
    """The file up to the line "end"; a broken line is read as far as it goes (POSIX uuencode)."""
    out = []
    for line in data.split(b"\n"):
        line = line.rstrip(b"\r")
        if line.strip() == b"end" or line == b"`":
            break
        if line:
            out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        size = (((line[0] - 32) & 63) * 4 + 5) // 3  # the workaround of the standard library's uu: trailing garbage
        try:
            return binascii.a2b_uu(line[:size])
        except binascii.Error:
            return b""


def take_out_files(data: bytes) -> tuple[bytes, list[Piece]]:
    """A text without the uuencoded files in it, and these."""
    pieces: list[Piece] = []
    kept: list[bytes] = []
    place = 0
    while len(pieces) < MOST_PIECES and (begin := BEGIN.search(data, place)):
        end = END.search(data, begin.end())
        if not end:
            break
        block = data[begin.end() : end.start()]
        plain = from_base64(block) if begin[0].startswith(b"begin-base64") else from_uuencode(block)
        if plain:
            pieces.append(Piece(begin[1].strip(), plain))
            kept.append(data[place : begin.start()])
        else:
            kept.append(data[place : end.end()])
        place = end.end()
    return b"".join([*kept, data[place:]]) if pieces else data, pieces


def to_text(data: bytes, part: Part) -> str:
    """Text of a text/plain part; soft line breaks of format=flowed are taken out (RFC 3676)."""
    params = part.headers.params("content-type")
    text = decode(data, params.text.get("charset", ""))
    if params.text.get("format", "").lower() == "flowed" and len(text) < 1_000_000:
        return _unflowed(text, delete_space=params.text.get("delsp", "").lower() == "yes")
    return text


def _unflowed(text: str, *, delete_space: bool) -> str:
    out: list[str] = []
    open_line: list[str] = []
    for line in text.split("\n"):
        flowed = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if open_line and line.startswith((">", "-- ")):
            out.append("".join(open_line))
            open_line = []
        open_line.append(line[:-1] if flowed and delete_space else line)
        if not flowed:
            out.append("".join(open_line))
            open_line = []
    return "\n".join([*out, *(["".join(open_line)] if open_line else [])])
