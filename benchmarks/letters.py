"""Mails as people write them: text and HTML of several programs, some with a picture; half of them above 20 kB."""

import random
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from tests.inbound.mail.build import body, file, mail, multipart
from tests.inbound.mail.clients import PAGES, TEXTS, written, written_in_html

MEDIAN = 20_000  # bytes
SPREAD = 0.9  # of the logarithm
WITH_PICTURE = 0.15


def letters(count: int, senders: list[str]) -> Iterator[bytes]:
    """Each the same in every run."""
    dice = random.Random(20)
    for number in range(count):
        size = int(dice.lognormvariate(0, SPREAD) * MEDIAN)
        part = _with_picture(dice, size) if dice.random() < WITH_PICTURE else _words(dice, size)
        sender = senders[number % len(senders)]
        yield mail(part, subject=f"Sprawa {number}", sender=sender, message_id=f"<{number}@bench.test>")


def _words(dice: random.Random, size: int) -> bytes:
    """Programs write three times as much around the words in HTML as there are words."""
    text, page = written(dice.choice(TEXTS)), written_in_html(dice.choice(PAGES))
    missing = max(0, size - len(text.encode()) - len(page.encode()) - 1_000)
    more = "Post w grupie nie ukazał się od rana, proszę sprawdzić. "
    text += "\n> " + more * (missing // 4 // len(more.encode()))
    block = f'<p class="MsoNormal" style="margin:0cm"><span lang="PL">{more}</span></p>'
    page += block * (missing * 3 // 4 // len(block.encode()))
    return multipart("alternative", body(text, encoding="quoted-printable"), body(page, "text/html"))


def _with_picture(dice: random.Random, size: int) -> bytes:
    side = max(16, int((size / 4) ** 0.5))
    written_to = BytesIO()
    Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3)).save(written_to, "PNG")
    return multipart("mixed", _words(dice, 6_000), file("zrzut.png", written_to.getvalue(), "image/png"))


def large(size: int, sender: str) -> bytes:
    """A film that somebody attached, so many bytes as it comes over the wire."""
    film = bytes(int(size * 0.74))
    return mail(multipart("mixed", body("Film w załączniku."), file("film.mp4", film, "video/mp4")), sender=sender)
