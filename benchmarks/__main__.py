"""`make bench`: print figures of this machine. Compare figures of one run only; medians are quoted."""

import argparse
import os
import platform
from functools import partial
from time import monotonic

from benchmarks import duty, export, flood, latency, mails, memory, pages, scale, throughput, tick
from benchmarks.stage import DATABASES

PARTS = ("latency", "flood", "tick", "memory", "throughput", "pages", "duty", "scale", "export", "mails")


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
    runs = {
        "latency": latency.run,
        "flood": flood.run,
        "tick": tick.run,
        "memory": partial(memory.run, given.messages),
        "throughput": throughput.run,
        "pages": pages.run,
        "duty": duty.run,
        "mails": mails.run,
        "scale": partial(scale.run, given.sizes, given.databases),
        "export": partial(export.run, given.rows),
    }
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}")
    for name in given.parts or PARTS:
        print(f"\n== {name}", flush=True)
        start = monotonic()
        runs[name]()
        print(f"   ({monotonic() - start:.0f} s)")


main()
