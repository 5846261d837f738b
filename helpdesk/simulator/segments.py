"""How many SMS a text takes: GSM 03.38, counted apart from the program's own counting on purpose."""

import math

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")


def count_segments(text: str) -> int:
    """At least 1; 160 or 153 septets a segment, 70 or 67 UTF-16 units when a letter is outside GSM-7."""
    if set(text) <= BASIC | EXTENDED:
        return _split(len(text) + sum(letter in EXTENDED for letter in text), 160, 153)
    return _split(len(text.encode("utf-16-le")) // 2, 70, 67)


def _split(units: int, alone: int, chained: int) -> int:
    return 1 if units <= alone else math.ceil(units / chained)
