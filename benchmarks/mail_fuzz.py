"""`python -m benchmarks.mail_fuzz MINUTES`: read mails that nobody would write, and say how many.

Each must give a result that keeps its promises in time; the first that does not is shrunk and printed.
"""

import argparse
import random
from itertools import count
from time import monotonic, process_time

from hypothesis import HealthCheck, given, seed, settings

from helpdesk.inbound.mail import read_message
from tests.inbound.mail.invariants import broken
from tests.inbound.mail.strategies import mails

LIMIT = 1.0  # seconds of the processor
ROUND = 2_000  # inputs of one seed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail_fuzz", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(2**32), help="of the first round"
    )
    given_args = parser.parse_args()
    end = monotonic() + given_args.minutes * 60
    inputs, slowest = 0, 0.0

    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(mails)
    def read(raw: bytes) -> None:
        nonlocal inputs, slowest
        inputs += 1
        start = process_time()
        mail = read_message(raw)
        slowest = max(slowest, process_time() - start)
        assert broken(mail) == []
        assert process_time() - start < LIMIT

    print(f"first seed {given_args.seed}", flush=True)
    for number in count(given_args.seed):
        if monotonic() > end:
            break
        seed(number)(read)()
    print(f"{inputs} inputs in {given_args.minutes:g} minutes, all read; the slowest took {slowest:.3f} s")


if __name__ == "__main__":
    main()
