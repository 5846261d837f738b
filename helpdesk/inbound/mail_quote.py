"""Lines that are quoted, and the heading over them: "W dniu 12.09.2026 o 10:15, Jan Nowak pisze:"."""

import re
from typing import NamedTuple

from helpdesk.inbound.mail_phrases import (
    INSIDE,
    OPENER,
    QUOTING,
    VERB,
    VERB_END,
    VERB_THEN_DATE,
    VERB_THEN_NAME,
    VERB_WITHOUT_BLANKS,
    WROTE,
)

HEADING_LINES = 6  # over which a heading may be spread
LONGEST_HEADING = 500
LONG_QUOTED = 60  # a quoted line that a program may have cut
QUOTED = re.compile(r"\s{0,3}>")
ARROWS = re.compile(r".*<\s*\Z")
ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{1,100}")
LAST_ADDRESS = re.compile(r"@[^\s<>@]{1,100}[>)\]\s]{0,6}:?[>\s]{0,3}\Z")
DATE = re.compile(r"\b(?:19|20)\d\d\b|\d[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
STARTS = re.compile(r"[\s\-–—*_]{0,20}+(?:[^\W\d]{2,13}\.?,?\s){0,2}\d")
# The last line of a heading may look quoted: ">:" or "> wrote:".
BROKEN_END = re.compile(rf"\s{{0,3}}>\s{{0,3}}(?:{WROTE})?\s?:\Z", re.IGNORECASE)
LINK_CUT = re.compile(r"[(<]https?://[^\s)>]{1,500}\Z")
LINK_LINE = re.compile(r"\s{0,5}[(<]?https?://")
DECORATED = re.compile(r"\s{0,3}--.{1,400}--\Z")


class Heading(NamedTuple):
    """`end`: the line after it. `before`: what its first line has before it. `quotes`: marked lines follow."""

    end: int
    before: str
    quotes: bool


def is_quoted(line: str) -> bool:
    return bool(QUOTED.match(line)) and not ARROWS.match(line[-200:])


def is_wrapped(lines: list[str], place: int) -> bool:
    """The end of a quoted line that a program has cut: below a long one, in lower case; or the rest of a link."""
    if not place or not is_quoted(lines[place - 1]) or not lines[place].strip():
        return False
    above, line = lines[place - 1], lines[place].strip()
    if LINK_CUT.search(above[-600:]) and " " not in line:
        return True
    following = lines[place + 1] if place + 1 < len(lines) else ""
    if following and not is_quoted(following):
        return False
    return bool(LINK_LINE.match(line)) or (len(above) >= LONG_QUOTED and line[0].islower())


def find_heading(lines: list[str], place: int) -> Heading | None:
    """The heading that begins in this line, if one does; the shortest that is one."""
    first = lines[place]
    if not first.strip() or len(first) > LONGEST_HEADING or is_quoted(first):
        return None
    begins = OPENER.match(first) or STARTS.match(first) or "@" in first or "<" in first
    if not begins and not VERB.search(first):
        return None
    joined = ""
    blanks = 0
    spread = begins and not first.rstrip().endswith((".", "!", "?"))
    for end in range(place, min(len(lines), place + (HEADING_LINES if spread else 1))):
        line = lines[end].strip()
        if end > place and _ends_before(line):
            return None
        blanks += not line
        joined = f"{joined} {line}".strip()
        if blanks > 1 or len(joined) > LONGEST_HEADING:
            return None
        if line and (heading := _heading(joined, lines, place, end)):
            return None if end > place and _is_one_alone(line, first) else heading
    return None


def _is_one_alone(line: str, first: str) -> bool:
    """Whether the last line is a heading without the ones before it, which then are text."""
    dated = bool(STARTS.match(line) and DATE.search(line))
    if not dated and OPENER.match(first) and any(char.isdigit() for char in first):
        return False
    piece = line.startswith("<") or line.count(">") > line.count("<")
    return not piece and _reads_as_heading(line, spread=False, quotes=False)


def _ends_before(line: str) -> bool:
    """Whether another heading or a quotation begins in this line."""
    if is_quoted(line):
        return not BROKEN_END.match(line)
    return bool(OPENER.match(line)) and any(char.isdigit() for char in line)


def _heading(joined: str, lines: list[str], place: int, end: int) -> Heading | None:
    following = next((line for line in lines[end + 1 : end + 4] if line.strip()), "")
    quotes = is_quoted(following)
    inside = INSIDE.search(lines[place].rstrip())
    if inside and "@" in joined and VERB_END.search(joined[-60:]):
        return Heading(end + 1, lines[place][: inside.start()].rstrip("- "), quotes)
    spread = end > place
    return Heading(end + 1, "", quotes) if _reads_as_heading(joined, spread=spread, quotes=quotes) else None


def _reads_as_heading(joined: str, *, spread: bool, quotes: bool) -> bool:
    """Who wrote, when, and a colon: enough of it to be no sentence of the sender's."""
    address = "@" in joined
    colon = joined.rstrip("> *_").endswith((":", "："))
    digit = any(char.isdigit() for char in ADDRESS.sub("", joined))
    opener = bool(OPENER.match(joined))
    if VERB_END.search(joined[-60:]):
        decorated = bool(DECORATED.match(joined))
        dated = opener and digit and (colon or address or quotes)
        return (
            decorated
            or dated
            or (address and colon and not spread)
            or (colon and quotes and not spread)
            or (address and colon and bool(DATE.search(joined)))
        )
    if not colon and not quotes:
        return False
    if QUOTING.match(joined):
        return address or quotes
    if VERB_WITHOUT_BLANKS.search(joined[-20:]):
        return address or quotes
    if VERB_THEN_DATE.search(joined[-200:]):
        return not spread
    if VERB.search(joined) and digit and (address or (opener and VERB_THEN_NAME.search(joined[-200:]))):
        return colon
    return bool(LAST_ADDRESS.search(joined[-220:]) and DATE.search(joined) and STARTS.match(joined))
