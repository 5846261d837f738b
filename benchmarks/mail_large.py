"""`python -m benchmarks.mail_large`: seconds of the processor for mails of 1 to 50 MB that want to hang the reader.

Then mails of 20 kB per second, and what one of 25 MB needs in memory.
"""

import tracemalloc
from time import process_time

from helpdesk.inbound.mail import read_message
from tests.inbound.mail.build import body, file, mail, multipart
from tests.inbound.mail.clients import ANSWERS, written, written_in_html
from tests.inbound.mail.hostile import LARGE
from tests.inbound.mail.invariants import broken

LIMIT = 5.0  # seconds
USUAL = 20_000  # bytes of a usual mail
ROUNDS = 200


def main() -> None:
    print_memory()
    _print_speed()
    for name, build in LARGE.items():
        raw = build()
        start = process_time()
        mail = read_message(raw)
        seconds = process_time() - start
        told = "" if seconds < LIMIT and not broken(mail) else f"  OVER {LIMIT} s OR BROKEN"
        print(f"{name:28} {len(raw) / 1e6:5.1f} MB  {seconds:5.2f} s{told}", flush=True)


def print_memory() -> None:
    raw = mail(multipart("mixed", body("Film w załączniku."), file("film.mp4", bytes(18_500_000), "video/mp4")))
    tracemalloc.start()
    read_message(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"a mail of {len(raw) / 1e6:.0f} MB: at most {peak / 1e6:.0f} MB besides its own bytes")


def _print_speed() -> None:
    page = written_in_html(ANSWERS / "html/outlook.html")
    text = written(ANSWERS / "pl/outlook.txt")
    usual = mail(multipart("alternative", body(text), body(page + "<p>Syrena</p>" * 100, "text/html")))
    usual += b" " * max(0, USUAL - len(usual))
    start = process_time()
    for _ in range(ROUNDS):
        read_message(usual)
    print(f"a mail of {len(usual) / 1e3:.0f} kB in text and HTML: {ROUNDS / (process_time() - start):.0f} a second")


if __name__ == "__main__":
    main()
