"""Take a raw message apart: header fields and the leaves of its tree, as places in the raw bytes.

A splitter of our own, because the standard library's needs 10 s for 50 MB nested 200 deep, and ends in
RecursionError at 2,000 (docs/decisions/0013). Nothing is copied here, nothing recurses, and every loop has a bound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from helpdesk.inbound.mail_params import Params, parse_params

HEAD_BYTES = 4_000_000  # a longer header block is cut here
HEAD_LINES = 50_000
VALUE_BYTES = 200_000  # of one field, unfolded
DEPTH = 250
PARTS = 2_000
CANDIDATES = 50_000  # lines that begin like a boundary
SCANNED = 1_500_000_000  # bytes looked through for boundaries, all levels together

FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
BLANK_LINE = re.compile(rb"\n\r?\n")
FIRST_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,69}|-[^\r\n]{1,69})\r?\n")
# What makes a block of lines a header: RFC 5322, 2045, and what servers add.
KNOWN = frozenset(
    b"from to cc bcc subject date message-id received return-path reply-to sender mime-version in-reply-to"
    b" references delivered-to auto-submitted precedence dkim-signature list-id".split()
)


class Field(NamedTuple):
    """One header field: the name in lower case, the value unfolded and not yet decoded."""

    name: str
    value: bytes


class Headers(tuple[Field, ...]):
    """The fields in the order of the message."""

    __slots__ = ()

    def all(self, *names: str) -> list[bytes]:
        return [field.value for field in self if field.name in names]

    def first(self, name: str) -> bytes:
        return next((field.value for field in self if field.name == name), b"")

    def params(self, name: str) -> Params:
        return parse_params(self.first(name))


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree. `start` and `end` bound its still encoded body in the raw bytes.

    `choices` are the multipart/alternative around it, outermost first, each by its place in the raw bytes.
    `whole` says that the bytes are a piece of the message that was too deep or too much to take apart.
    """

    headers: Headers
    type: str
    start: int
    end: int
    choices: tuple[int, ...] = ()
    whole: bool = False


class _Task(NamedTuple):
    start: int
    end: int
    depth: int
    choices: tuple[int, ...]
    default: str


@dataclass(frozen=True, slots=True)
class Message:
    """The outermost header fields, its content type, and every leaf in the order of the message."""

    headers: Headers
    type: str
    parts: list[Part]


def take_apart(raw: bytes) -> Message:
    """Every byte string has at least one leaf."""
    top, body = read_head(raw, _after_mark(raw), len(raw))
    parts: list[Part] = []
    stack = [_Task(_after_mark(raw), len(raw), 0, (), "text/plain")]
    scanned = 0
    while stack:
        task = stack.pop()
        if len(parts) + len(stack) >= PARTS:
            parts.append(Part(Headers(), "application/octet-stream", task.start, task.end, whole=True))
            continue
        headers, body = read_head(raw, task.start, task.end)
        kind = content_type(headers, task.default)
        scanned += task.end - body if kind.startswith("multipart/") else 0
        deep = task.depth >= DEPTH or scanned > SCANNED
        children = [] if deep else list(_children(raw, body, task, kind, headers))
        if children:
            stack += reversed(children)
        else:
            parts.append(_leaf(headers, kind, body, task, deep=deep))
    return Message(top, content_type(top, "text/plain"), parts)


def _leaf(headers: Headers, kind: str, body: int, task: _Task, *, deep: bool) -> Part:
    multipart = kind.startswith("multipart/")
    if multipart and deep:
        return Part(headers, "application/octet-stream", task.start, task.end, whole=True)
    return Part(headers, "text/plain" if multipart else kind, body, task.end, task.choices)


def _children(raw: bytes, body: int, task: _Task, kind: str, headers: Headers) -> Iterator[_Task]:
    if not kind.startswith("multipart/"):
        return
    boundary = headers.params("content-type").raw.get("boundary", b"") or _guess_boundary(raw, body, task.end)
    if not boundary:
        return
    choices = (*task.choices, body) if kind == "multipart/alternative" else task.choices
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    for start, end in _between(raw, body, task.end, boundary.rstrip()):
        yield _Task(start, end, task.depth + 1, choices, default)


def _after_mark(raw: bytes) -> int:
    return 3 if raw.startswith(b"\xef\xbb\xbf") else 0


def _guess_boundary(raw: bytes, start: int, end: int) -> bytes:
    found = FIRST_BOUNDARY.search(raw, start, min(end, start + 10_000))
    return found[1] if found else b""


def _between(raw: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """The places between lines that are the boundary; a missing last one is the end (RFC 2046, 5.1.1)."""
    opened = -1
    for line, after, closing in _boundary_lines(raw, start, end, boundary):
        if opened >= 0:
            yield opened, max(opened, _before_newline(raw, line))
        if closing:
            return
        opened = after
    if 0 <= opened < end:
        yield opened, end


def _boundary_lines(raw: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Start of the line, start of the next, and whether it closes; looks at CANDIDATES lines at most."""
    delimiter = b"--" + boundary
    at = start if raw.startswith(delimiter, start, end) else _next_line(raw, delimiter, start, end)
    for _ in range(CANDIDATES):
        if at < 0:
            return
        rest = at + len(delimiter)
        newline = raw.find(b"\n", rest, end)
        stop = end if newline < 0 else newline
        tail = raw[rest : min(stop, rest + 200)].rstrip()
        if tail in (b"", b"--"):
            yield at, min(stop + 1, end), tail == b"--"
        at = _next_line(raw, delimiter, stop, end)


def _next_line(raw: bytes, beginning: bytes, start: int, end: int) -> int:
    """Where the next line with this beginning starts, -1 when there is none."""
    found = raw.find(b"\n" + beginning, start, end)
    return found + 1 if found >= 0 else -1


def _before_newline(raw: bytes, line: int) -> int:
    end = line - 1
    return end - 1 if raw[end - 1 : end] == b"\r" else end


def content_type(headers: Headers, default: str) -> str:
    """Lower case; what is not of the shape type/subtype counts as the default (RFC 2045, 5.2)."""
    value = headers.params("content-type").value.lower()
    return value if re.fullmatch(r"[\w.+-]{1,80}/[\w.+-]{1,120}", value) else default


def read_head(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The fields of the header that begins at `start`, and where the body begins.

    Lines that are no field (a first line of a mailbox file, junk of a gateway, folding that was lost) are left out.
    Where the last known field is followed by such lines without a blank one, the body begins there.
    """
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Headers(), min(end, start + (1 if raw[start] == 10 else 2))
    limit = min(end, start + HEAD_BYTES)
    blank = BLANK_LINE.search(raw, start, limit)
    block, body = (raw[start : blank.start() + 1], blank.end()) if blank else (raw[start:limit], limit)
    fields, known_end = _fields(block)
    if known_end < 0:
        return Headers(), start
    return Headers(fields), body if known_end == len(block) else start + known_end


def _fields(block: bytes) -> tuple[list[Field], int]:
    """The fields, and where the header ends in the block: -1 when there is no known field at all."""
    found: list[tuple[str, list[bytes]]] = []
    taken = place = 0
    known_end, junk_after = -1, False
    for line in block.split(b"\n", HEAD_LINES):
        place = min(len(block), place + len(line) + 1)
        match = FIELD.match(line)
        if line[:1] in (b" ", b"\t") and found:
            if sum(map(len, found[-1][1][-2:])) + taken < VALUE_BYTES:
                found[-1][1].append(line.rstrip(b"\r"))
                taken += len(line)
            known_end = place if not junk_after else known_end
        elif match:
            name = match[1].decode("ascii").lower()
            found.append((name, [line[match.end() :].rstrip(b"\r")[:VALUE_BYTES]]))
            taken = 0
            if _is_known(name):
                known_end, junk_after = place, False
        elif line.strip():
            junk_after = True
        if not junk_after and known_end >= 0:
            known_end = place
    return [Field(name, b" ".join(part.strip() for part in value)) for name, value in found], known_end


def _is_known(name: str) -> bool:
    return name.encode() in KNOWN or name.startswith("content-")
