"""What a text costs as an SMS, and how to write it so that it costs little.

An SMS holds 160 characters of the GSM 03.38 default alphabet, or 70 UTF-16 units once a single character
is outside it; in a chain each segment loses seven bytes to the header that joins them.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENSION = frozenset("^{}\\[]~|€\f")  # sent as an escape and a character: two units

_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNKNOWN = "\0"  # stands for a letter without an equivalent until runs of them become one "?"
_RUN_OF_UNKNOWN = re.compile("\0(?: *\0)*")
_ELLIPSIS = "..."

_SPELLED = {
    **{character: character for character in (_GSM7 | _GSM7_EXTENSION) - {"\r", "\f"}},
    **dict.fromkeys("`´‘’‚‛‹›′ʼ", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−•◦▪", "-"),
    **dict(zip("łŁđĐħĦıŧŦ", "lLdDhHitT", strict=True)),
    **{"œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ẞ": "SS", "ŋ": "ng", "Ŋ": "NG"},
    **{"°": "st.", "·": ".", "⁄": "/", "×": "x", "÷": ":", "≤": "<=", "≥": ">=", "≠": "<>", "±": "+/-"},
    **{"½": " 1/2", "¼": " 1/4", "¾": " 3/4"},  # so that 1½ does not become 11/2
    **{"→": "->", "←": "<-", "©": "(c)", "®": "(r)", "¢": "c", "‰": "/1000", "µ": "u", "¦": "|", "\t": " "},
}


@dataclass(frozen=True)
class Segments:
    """Size of a text: `units` are septets (GSM-7) or UTF-16 units (UCS-2), `count` is what is billed."""

    encoding: Literal["GSM-7", "UCS-2"]
    count: int
    units: int


def segments(text: str) -> Segments:
    """How many segments `text` takes, sent as it stands.

    A character of two units is never split over two segments, so a chain may hold a little less than
    153 or 67 units a segment. An empty text counts as one segment, because a message is billed once sent.
    """
    sizes = _septets(text)
    if sizes is not None:
        return Segments("GSM-7", _count(sizes, alone=160, chained=153), sum(sizes))
    sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return Segments("UCS-2", _count(sizes, alone=70, chained=67), sum(sizes))


def to_gsm7(text: str) -> str:
    """`text` in letters of GSM-7 only; applying it twice changes nothing more.

    Polish letters lose their marks, what GSM-7 has (é, ü, ñ …) stays, quotes, dashes and spaces become
    plain ones, control characters other than the line feed go, and each run of emoji or letters without
    an equivalent becomes one "?".
    """
    lines = _LINE_BREAK.sub("\n", unicodedata.normalize("NFC", text))
    spelled = "".join(_spell(character) for character in lines)
    return _RUN_OF_UNKNOWN.sub("?", spelled)


def shorten(text: str, units: int) -> str:
    """`text` in GSM-7, cut after a whole word with "..." if it takes more than `units` septets.

    A long last word is cut inside rather than most of the text lost. Raises ValueError for negative `units`.
    """
    if units < 0:
        raise ValueError("a text cannot have fewer than 0 units")
    plain = to_gsm7(text)
    if segments(plain).units <= units:
        return plain
    if units <= len(_ELLIPSIS):
        return _ELLIPSIS[:units]
    kept = _fitting(plain, units - len(_ELLIPSIS))
    return _whole_words(kept, plain[len(kept)]).rstrip(" \n.,;:-") + _ELLIPSIS


def _septets(text: str) -> list[int] | None:
    """Units of each character, or None if one of them is outside GSM-7."""
    if not _GSM7.union(_GSM7_EXTENSION).issuperset(text):
        return None
    return [2 if character in _GSM7_EXTENSION else 1 for character in text]


def _count(sizes: list[int], *, alone: int, chained: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        used += size
        if used > chained:
            count, used = count + 1, size
    return count


def _spell(character: str) -> str:
    if character in _SPELLED:
        return _SPELLED[character]
    return "".join(map(_spell_part, unicodedata.normalize("NFKD", character)))


def _spell_part(character: str) -> str:
    if character in _SPELLED:
        return _SPELLED[character]
    category = unicodedata.category(character)
    if category in {"Cc", "Cf"} or category.startswith("M"):
        return ""
    return " " if category == "Zs" else _UNKNOWN


def _fitting(text: str, units: int) -> str:
    """The longest beginning of a GSM-7 text within `units` septets."""
    used = 0
    for at, character in enumerate(text):
        used += 2 if character in _GSM7_EXTENSION else 1
        if used > units:
            return text[:at]
    return text


def _whole_words(kept: str, following: str) -> str:
    if following.isspace():
        return kept
    words, _, _ = kept.replace("\n", " ").rpartition(" ")
    return kept[: len(words)] if len(words) * 3 >= len(kept) else kept
