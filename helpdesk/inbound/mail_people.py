"""Addresses and message identifiers of header fields, read forgivingly."""

import re
from typing import NamedTuple

from helpdesk.inbound.mail_charset import decode
from helpdesk.inbound.mail_words import UNSAFE, decode_words

LONGEST = 100_000  # bytes of one field
MOST = 1_000  # addresses, identifiers
MOST_IDS = 200
# A quoted string, a comment, an address in angle brackets, a separator, or a run of anything else.
TOKEN = re.compile(rb'"(?:[^"\\]|\\.){0,120}"|\([^()]*\)|<[^<>]*>|[,;]|[^",;<(]+|[",;<(]', re.DOTALL)
ID = re.compile(rb"<\s*([^<>\s]{1,900})\s*>")
BARE_ID = re.compile(rb"[^<>\s,;]{1,900}@[^<>\s,;]{1,900}")


class Address(NamedTuple):
    """`name` decoded, perhaps empty; `address` as written, perhaps empty when there is none."""

    name: str
    address: str


def read_addresses(value: bytes) -> list[Address]:
    """The mailboxes of a From, To or Cc field. Unquoted commas in a name do not cut it in two."""
    found: list[Address] = []
    tokens: list[bytes] = []
    for match in TOKEN.finditer(value[:LONGEST]):
        token = match[0]
        if token in (b",", b";") and any(b"@" in part for part in tokens):
            found.append(_mailbox(tokens))
            tokens = []
        elif token in (b",", b";") and tokens and tokens[-1].rstrip().endswith(b":"):
            tokens = []  # the end of a group without members, "undisclosed-recipients:;"
        else:
            tokens.append(token)
        if len(found) >= MOST:
            return found
    rest = _mailbox(tokens) if any(part.strip() for part in tokens) else Address("", "")
    if not rest.address and rest.name and "@" in rest.name and b"=?" in value:
        return read_addresses(rest.name.encode())  # the whole mailbox was put into an encoded word
    return [*found, rest] if rest.address or (rest.name and not found) else found


def _mailbox(tokens: list[bytes]) -> Address:
    angle = [token for token in tokens if token.startswith(b"<") and token.endswith(b">") and b"@" in token]
    if angle:
        words = [token for token in tokens if token not in angle and token.strip(b" <>")]
        return Address(_name(words), _address(angle[-1].strip(b"<> \t")))
    comments = [token for token in tokens if token.startswith(b"(") and token.endswith(b")")]
    words = [token for token in tokens if token not in comments]
    joined = b"".join(words).strip(b"<> \t\r\n,;")
    if b"@" not in joined:
        return Address(_name(words), "")
    comment = decode_words(b" ".join(token[1:-1] for token in comments))
    return Address(comment, _address(joined.removeprefix(b"mailto:").replace(b'"', b"")))


def _name(words: list[bytes]) -> str:
    text = decode_words(b"".join(_unquoted(word) for word in words).strip(b" ,;"))
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return (text[1:-1] if quoted else text).strip()


def _unquoted(word: bytes) -> bytes:
    if word.startswith(b'"') and word.endswith(b'"') and len(word) > 1:
        return re.sub(rb"\\(.)", rb"\1", word[1:-1])
    return word


def _address(value: bytes) -> str:
    """Without blanks: programs that let them in mean the address without."""
    text = "".join(decode_words(value).split())
    return text[:320]


def read_ids(value: bytes) -> tuple[str, ...]:
    """The identifiers in the field, each in angle brackets, none twice, at most the last MOST_IDS."""
    value = value[:LONGEST]
    ids = ID.findall(value) or BARE_ID.findall(value)
    clean = ("".join(UNSAFE.sub("", decode(one)).split()) for one in ids)
    return tuple(dict.fromkeys(f"<{one}>" for one in clean if one))[-MOST_IDS:]
