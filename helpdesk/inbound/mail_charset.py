"""Bytes to text, whatever their charset is said to be: nothing raises, and nothing is lost that can be read."""

import codecs
import re
from functools import lru_cache

SAMPLE = 20_000  # bytes looked at when the charset is guessed
# What is said and what is meant, by the codec's name: WHATWG Encoding, where a charset stands for its superset.
MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
}
# Names that programs use and the codecs do not know.
NAMES = {
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-gbk": "gbk",
    "x-sjis": "shift_jis",
    "x-mac-ce": "mac_latin2",
    "x-mac-centraleurroman": "mac_latin2",
    "x-mac-roman": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "cp-1250": "cp1250",
    "cp-852": "cp852",
    "x-cp1250": "cp1250",
}
# Codecs of Python that are no charset of a mail, though they turn bytes into text.
NOT_MEANT = frozenset(("idna", "punycode", "undefined", "mbcs", "oem", "unicode-escape", "raw-unicode-escape"))
SINGLE_BYTE = re.compile(r"iso-?8859|cp\d+|latin|koi8|mac", re.IGNORECASE)
CONTROL = re.compile(rb"[\x80-\x9f]")
GUESSES = ("cp1250", "iso8859-2", "cp1252", "cp852")
# Letters that are likely where the charset has to be guessed: Polish first, then the neighbours'.
LIKELY = dict.fromkeys("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", 3) | dict.fromkeys("äöüÄÖÜßéèàçâêîôëïáíúýñøåæ", 2)
LIKELY |= dict.fromkeys("ěščřžůďťňĚŠČŘŽŮőűŐŰ„”“’–—…€§°«»\xa0", 1)
NOT_TEXT = re.compile("[\0\ud800-\udfff]")  # no database takes them; half characters come out of UTF-7
NEWLINES = re.compile(r"\r\n?")


def decode(data: bytes, charset: str = "") -> str:
    """Text without NUL, with newlines of one kind. The likeliest charset reads what the one said cannot."""
    text = _decode(data, charset.strip().strip("\"'").lower())
    return NEWLINES.sub("\n", NOT_TEXT.sub("", text).removeprefix("\ufeff"))


def _decode(data: bytes, said: str) -> str:
    codec = _codec(said)
    if not codec or SINGLE_BYTE.match(codec):
        if (unicode := _strict(data, "utf-8")) is not None:
            return unicode
        if codec == "iso8859-2" and CONTROL.search(data):
            codec = "cp1250"  # C1 controls are in no mail; Windows programs say 8859-2 and write 1250
    text = _strict(data, codec) if codec else None
    if text is None and codec.startswith("iso2022"):
        return data.decode(codec, "replace")
    if text is None and codec and not SINGLE_BYTE.match(codec) and _mostly_right(data, codec):
        return data.decode(codec, "replace")
    return text if text is not None else data.decode(guess(data), "replace")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _mostly_right(data: bytes, codec: str) -> bool:
    """A single broken character, or a text that was cut inside one, does not make the charset wrong."""
    sample = data[:SAMPLE]
    right = sample.decode(codec, "ignore")
    wrong = sample.decode(codec, "replace").count("\ufffd")
    return wrong * 20 <= sum(char > "\x7f" for char in right)


def _codec(said: str) -> str:
    """The codec's name, "" when the charset is not known."""
    return _known(NAMES.get(said, said)) if 0 < len(said) <= 60 and said.isascii() else ""


@lru_cache(500)
def _known(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    usable = found._is_text_encoding and found.name not in NOT_MEANT
    return MEANT.get(found.name, found.name) if usable else ""


def guess(data: bytes) -> str:
    """UTF-8 when it is mostly that; else the charset in which the text looks most like Polish or its neighbours."""
    sample = data[:SAMPLE]
    if _mostly_right(sample, "utf-8"):
        return "utf-8"
    return max(GUESSES, key=lambda codec: _likeliness(sample.decode(codec, "replace")))


def _likeliness(text: str) -> int:
    return sum(LIKELY.get(char, 0 if char.isalpha() else -2) for char in text if char > "\x7f")
