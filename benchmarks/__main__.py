"""`make bench`: print figures of this machine. Compare figures of one run only; medians are quoted."""

import argparse
import os
import platform
from argparse import Namespace
from collections.abc import Callable
from time import monotonic

from benchmarks import due, duty, export, flood, latency, mails, memory, scale, throughput, tick
from benchmarks.stage import DATABASES

PARTS: dict[str, Callable[[Namespace], None]] = {
    "latency": lambda _given: latency.run(),
    "flood": lambda _given: flood.run(),
    "tick": lambda _given: tick.run(),
    "memory": lambda given: memory.run(given.messages),
    "throughput": lambda _given: throughput.run(),
    "duty": lambda _given: duty.run(),
    "due": lambda _given: due.run(),
    "scale": lambda given: scale.run(given.sizes, given.databases),
    "export": lambda given: export.run(given.rows),
    "mails": lambda _given: mails.run(),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], metavar="part", help=f"{', '.join(PARTS)}; all without any"
    )
    parser.add_argument("--messages", type=int, default=memory.MARKS[-1], help="how many the memory part sends")
    parser.add_argument("--sizes", type=int, nargs="+", default=scale.SIZES, help="tickets of the scale part")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES, help="of the scale part")
    parser.add_argument("--rows", type=int, default=export.ROWS, help="tickets of the export part")
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}")
    for name in given.parts or PARTS:
        print(f"\n== {name}", flush=True)
        start = monotonic()
        PARTS[name](given)
        print(f"   ({monotonic() - start:.0f} s)")


main()
