"""Values with parameters, as in Content-Type: RFC 2045, 2183 and 2231, and what programs make of them."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from helpdesk.inbound.mail_charset import decode
from helpdesk.inbound.mail_words import decode_words

LONGEST = 20_000  # bytes of a value looked at
MOST = 200  # parameters
PARAM = re.compile(rb"\s*([^\s;=]{1,100})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))[^;]*;?", re.DOTALL)
NUMBERED = re.compile(r"([^*]+)\*(\d{1,3})?(\*)?")


@dataclass(frozen=True, slots=True)
class Params:
    """`value` before the first semicolon; `raw`: the parameters as they are; `text`: decoded. Lower-case names."""

    value: str = ""
    raw: dict[str, bytes] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)


def parse_params(value: bytes) -> Params:
    """`attachment; filename*0*=utf-8''za%C5%BC; filename*1=.pdf`: value "attachment", filename "zaż.pdf"."""
    main, _, rest = value[:LONGEST].partition(b";")
    raw: dict[str, bytes] = {}
    place = 0
    for _ in range(MOST):
        found = PARAM.match(rest, place)
        place = found.end() if found else rest.find(b";", place) + 1
        if not found and place:
            continue
        if not found:
            break
        given = re.sub(rb"\\(.)", rb"\1", found[2]) if found[2] is not None else found[3].strip()
        raw.setdefault(found[1].decode("ascii", "replace").lower(), given)
    return Params(main.strip().decode("ascii", "replace"), raw, _decoded(raw))


def _decoded(raw: dict[str, bytes]) -> dict[str, str]:
    text = {name: decode_words(value) for name, value in raw.items() if "*" not in name}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for name, value in raw.items():
        if found := NUMBERED.fullmatch(name):
            extended = bool(found[3]) or not found[2]
            pieces.setdefault(found[1], []).append((int(found[2] or 0), extended, value))
    for name, parts in pieces.items():
        text[name] = _joined(sorted(parts))
    return text


def _joined(parts: list[tuple[int, bool, bytes]]) -> str:
    """The charset stands before the first piece: charset'language'text (RFC 2231, 4)."""
    charset, value = "utf-8", parts[0][2]
    if parts[0][1] and value.count(b"'") >= 2:
        name, _, value = value.split(b"'", 2)
        charset = name.decode("ascii", "replace")
    first = (parts[0][0], parts[0][1], value)
    whole = b"".join(unquote_to_bytes(piece) if extended else piece for _, extended, piece in (first, *parts[1:]))
    return decode(whole, charset)
