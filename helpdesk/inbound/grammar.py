"""What an SMS means: a forgiving grammar.

"1", "ok", "tak", "przyjmuję", "LEO-2026-0042 1" take a ticket, "wszystkie" all that wait; "2", "nie", "nie mogę,
jestem w szpitalu" pass it on.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.notify.sms_text import to_gsm7


class Meaning(StrEnum):
    TAKE = "take"
    TAKE_ALL = "take_all"
    PASS = "pass"  # noqa: S105  (not a password)
    STOP = "stop"
    START = "start"
    WORDS = "words"


# After transliteration, lower case, without punctuation.
WORDS: dict[str, Meaning] = {
    **dict.fromkeys(("1", "ok", "oki", "okej", "tak", "yes", "y", "t", "biore", "mam"), Meaning.TAKE),
    **dict.fromkeys(("przyjmuje", "przyjalem", "przyjelam", "przyjete", "take", "ack"), Meaning.TAKE),
    **dict.fromkeys(("all", "wszystkie", "wszystko", "1 wszystkie", "1 all", "biore wszystkie"), Meaning.TAKE_ALL),
    **dict.fromkeys(("2", "nie", "no", "n", "nie moge", "dalej", "pass"), Meaning.PASS),
}
# With a reason behind it, in which nothing says that the ticket is taken.
CANNOT = re.compile(r"(?:niestety )?(?:nie moge|nie dam rady|i cannot|i can t) \S")
# The provider acts on these when they are the whole message, and so do we: whoever only seems to have opted out
# would not be alerted any more.
OPT_OUTS: dict[str, Meaning] = {
    **dict.fromkeys(("stop", "stopall", "end", "cancel", "quit"), Meaning.STOP),
    **dict.fromkeys(("unsubscribe", "optout", "revoke"), Meaning.STOP),
    **dict.fromkeys(("start", "unstop"), Meaning.START),
}
TAKES = (Meaning.TAKE, Meaning.TAKE_ALL)
YES = "yes"  # opts in like START, and takes a ticket
NUMBER = re.compile(r"\b([a-z]{2,4})[\s-]*(\d{4})[\s-]+(\d{1,7})\b", re.IGNORECASE)
# What somebody half asleep types: "0042 1", "42 1", "3 1"; but "1, 2" is a list.
END_OF_NUMBER = re.compile(r"^\s*(?:(\d{2,7})[\s.,:;=-]+|(\d)[\s:=-]+)(?=\S)")


@dataclass(frozen=True)
class Answer:
    """What an SMS means, and the ticket number that it names (as on the ticket, or its end: "-0042"), if any.

    "1 1" may say 1 twice, "20 minut" names no ticket: `perhaps` is what is named if such a ticket waits.
    """

    meaning: Meaning
    number: str | None = None
    perhaps: str | None = None

    @property
    def is_bare_yes(self) -> bool:
        """A yes that names no ticket."""
        return self.meaning is Meaning.TAKE and not self.number


def understand(body: str) -> Answer:
    """Pure: the meaning of an SMS."""
    whole = OPT_OUTS.get(body.strip().lower())
    if whole is not None:
        return Answer(whole)
    if named := NUMBER.search(body):
        number = f"{named[1].upper()}-{named[2]}-{int(named[3]):04d}"
        return Answer(_meaning_of(NUMBER.sub(" ", body, count=1)), number)
    whole = _meaning_of(body)
    end = END_OF_NUMBER.match(body)
    return _after_digits(end[1] or end[2], body[end.end() :], whole) if end else Answer(whole)


def gives_a_reason(body: str) -> bool:
    """Pure: the SMS says that the person cannot, and why."""
    return _is_a_reason(_words(NUMBER.sub(" ", body, count=1)))


def _after_digits(digits: str, rest: str, whole: Meaning) -> Answer:
    """Of an SMS that begins with digits; `whole` is what it means if they are no number of a ticket."""
    end, meaning = f"-{int(digits):04d}", _meaning_of(rest)
    if whole is not Meaning.WORDS:
        return Answer(whole, perhaps=end if rest.strip(" .!") == digits else None)
    if meaning is not Meaning.WORDS:
        return Answer(meaning, end)
    return Answer(whole, perhaps=end if len(digits) > 1 else None)


def _meaning_of(text: str) -> Meaning:
    """Of a phrase that we know, or of words that all say the same ("ok, biorę")."""
    words = _words(text)
    if _is_a_reason(words):
        return Meaning.PASS
    known = WORDS.get(" ".join(words))
    meanings = {known} if known else {WORDS.get(word, Meaning.WORDS) for word in words}
    return meanings.pop() if len(meanings) == 1 else Meaning.WORDS


def _is_a_reason(words: list[str]) -> bool:
    return bool(CANNOT.match(" ".join(words))) and not any(WORDS.get(word) in TAKES for word in words)


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9 ]+", " ", to_gsm7(text).lower()).split()
