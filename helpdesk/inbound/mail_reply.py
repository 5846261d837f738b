"""The newest part of a text: without what it answers to and without the signature.

The text is read line by line, each with bounded work, so the time grows with the length and not faster. What stands
below or between quotations is kept, and a text that passes a message on is kept whole.
"""

from helpdesk.inbound.mail_phrases import (
    CONTACTS,
    DASHES,
    FIELD,
    FORWARDED_HEAD,
    FORWARDED_LINE,
    GROUPWISE,
    LATER_FIELD,
    ORIGINAL_LINE,
    OTHER_FIELD,
    SCANNED,
    SENT_FROM_LINE,
    SEPARATOR,
)
from helpdesk.inbound.mail_quote import find_heading, is_quoted, is_wrapped

LONGEST = 300_000  # characters looked at; nobody types more
MOST_LINES = 6_000
LONGEST_LINE = 600  # a longer one is text
FIELD_LINES = 12  # lines in which the fields of a heading must come
SIGNATURE_LINES = 14  # filled ones below "-- "
FOOTER_LINES = 6  # below a line of another kind
SPACED_SIGNATURE = 60  # lines, blank ones too
# Marks that the HTML reader sets: everything below is quoted; a signature begins and ends.
REST, SIGNATURE, SIGNATURE_END = "\ue002", "\ue003", "\ue004"


def newest(text: str, *, forwards: bool = False) -> str:
    """The text that the sender typed now; "" when that is all. `forwards`: the subject passes something on."""
    lines = [line.replace("\xa0", " ").rstrip() for line in text[:LONGEST].split("\n", MOST_LINES)[:MOST_LINES]]
    end = next((i for i, line in enumerate(lines) if _begins_the_rest(lines, i, line)), len(lines))
    if forwards or any(_forwards(line) for line in lines[:end]):
        return ""
    segments = [_without_blank_end(segment) for segment in _unquoted(lines[:end])]
    reply = _joined([_without_signature(segment) for segment in segments]) or _joined(segments)
    return "" if reply == _joined([lines]) else reply


def _joined(segments: list[list[str]]) -> str:
    return _tidy("\n\n".join(joined for segment in segments if (joined := "\n".join(segment).strip("\n"))))


def _unmarked(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, (REST, SIGNATURE, SIGNATURE_END))))


def _tidy(text: str) -> str:
    lines = _unmarked(text).strip().split("\n")
    while lines and (not lines[-1] or SEPARATOR.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip()


def _forwards(line: str) -> bool:
    return len(line) <= LONGEST_LINE and bool(FORWARDED_LINE.match(line) or FORWARDED_HEAD.match(line.strip()))


def _begins_the_rest(lines: list[str], place: int, line: str) -> bool:
    """Whether everything from this line on is the message that is answered."""
    if REST in line:
        return True
    if not line or len(line) > LONGEST_LINE:
        return False
    if is_quoted(line):
        return bool(GROUPWISE.match(line))
    return bool(ORIGINAL_LINE.match(line)) or (bool(FIELD.match(line)) and _is_heading(lines, place))


def _is_heading(lines: list[str], place: int) -> bool:
    """Two different fields (From, Sent, To, Subject …) and an address, or four, in lines that follow each other.

    A line between may be the rest of a folded one. What somebody typed is none: "Od: 8:00 / Do: 16:00", or a form
    with fields that no program writes ("Opis: …"), unless its address is written as programs do.
    """
    kinds: set[str] = set()
    address = by_program = False
    strange = 0
    for line in lines[place : place + FIELD_LINES]:
        found = FIELD.match(line[:LONGEST_LINE])
        if found and found.lastgroup:
            kinds.add(found.lastgroup)
            kinds |= {"another"} if LATER_FIELD.search(line[:LONGEST_LINE]) else set()
            strange = 0
        elif OTHER_FIELD.match(line) and not by_program:
            return False
        elif not line or (strange := strange + 1) > 2:
            break
        address |= "@" in line
        by_program |= "@" in line and ("<" in line or "[mailto:" in line)
    return ("from" in kinds or "date" in kinds) and (len(kinds) > 3 or (len(kinds) > 1 and address))


def _unquoted(lines: list[str]) -> list[list[str]]:
    """The lines that are no quotation, in the pieces that the quotations leave."""
    quoted = [is_quoted(line) for line in lines]
    segments: list[list[str]] = [[]]
    place, certain = 0, sum(quoted) > 1
    while place < len(lines):
        heading = find_heading(lines, place)
        if heading and not heading.quotes:
            segments[-1].append(heading.before)
            break  # the quotation below has no marks, so nothing tells where it ends
        if heading:
            segments[-1].append(heading.before)
            segments.append([])
            place, certain = heading.end, True
        elif (quoted[place] and certain) or is_wrapped(lines, place):
            segments.append([])
            place += 1
        else:
            segments[-1].append(lines[place])
            place += 1
    return segments


def _without_signature(lines: list[str]) -> list[str]:
    """Up to the line of dashes, and without "Sent from my phone" below the text."""
    kept: list[str] = []
    inside = False
    for place, line in enumerate(lines):
        if SIGNATURE in line or SIGNATURE_END in line:
            inside = line.rfind(SIGNATURE) > line.rfind(SIGNATURE_END)
            kept.append(line.partition(SIGNATURE)[0] if SIGNATURE in line else line.rpartition(SIGNATURE_END)[2])
        elif inside:
            continue
        elif _begins_signature(lines, place):
            break
        else:
            kept.append(line)
    return _without_contact(_without_last_words(kept))


def _without_blank_end(lines: list[str]) -> list[str]:
    end = next((i for i in range(len(lines), 0, -1) if lines[i - 1].strip()), 0)
    return lines[:end]


def _without_contact(lines: list[str]) -> list[str]:
    """Without a last paragraph that only says who and where somebody is: name, mail, telephone, web page."""
    start = max((i + 1 for i, line in enumerate(lines) if not line.strip()), default=0)
    block = lines[start:]
    typed = any(len(line) > 70 or line.endswith((":", "?")) or len(line.split()) > 9 for line in block)
    kinds = sum(any(kind.search(line[:200]) for line in block) for kind in CONTACTS)
    return lines if typed or not start or not 3 <= len(block) <= 8 or kinds < 2 else lines[: start - 1]


def _begins_signature(lines: list[str], place: int) -> bool:
    """What is longer is none: people draw lines in their texts as well, and rather with "___" than with "--"."""
    if not DASHES.match(lines[place]) or len(lines) - place > SPACED_SIGNATURE:
        return False
    filled = sum(1 for line in lines[place + 1 :] if line.strip())
    return filled <= (SIGNATURE_LINES if lines[place].strip().startswith("--") else FOOTER_LINES)


def _without_last_words(lines: list[str]) -> list[str]:
    """Lines of phones and virus scanners at the end, and those above other text that stand alone."""
    kept = [
        line for i, line in enumerate(lines) if not (_is_sent_from(line) and (i == 0 or not lines[i - 1].strip()))
    ]
    while kept and (not kept[-1].strip() or _is_sent_from(kept[-1])):
        kept.pop()
    return kept


def _is_sent_from(line: str) -> bool:
    return len(line) <= LONGEST_LINE and bool(SENT_FROM_LINE.match(line) or SCANNED.match(line))
