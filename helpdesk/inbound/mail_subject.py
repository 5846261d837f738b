"""The subject of a mail: what mail programs put before it, and a cry for haste at its beginning."""

import re

BEFORE = r"\s*(?:re|odp|aw|sv|antw|fwd?|pd|wg|tr|przek(?:az)?|doorst|i|rv)\s*(?:\[\d+\])?\s?:\s*"
PREFIXES = re.compile(rf"(?:{BEFORE})+", re.IGNORECASE)
# The word alone: before a sign or the end, or in capitals. "Pilne zebranie rady" is a sentence.
URGENT = re.compile(r"[\s\[(*!]*(?:(?:PILNE|URGENT)\b|(?i:pilne|urgent)\s*(?:[\]:;!,.)*–—-]|$))")


def plain(subject: str) -> str:
    """Without "Re:", "Odp:", "Fwd:" before it, on one line."""
    before = PREFIXES.match(subject)
    return " ".join(subject[before.end() if before else 0 :].split())


def cries(subject: str) -> bool:
    """It begins with PILNE or URGENT, as somebody has typed it now."""
    return bool(URGENT.match(subject))


def has_cried(subject: str) -> bool:
    """The same, also behind "Re:": it may be years old there."""
    return cries(plain(subject))
