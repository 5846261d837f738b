"""`make chaos`: real processes, killed and deceived. Prints what was lost; exit status 1 when anything was."""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial

from chaos import database_faults, fastclock, freezes, kills, mail, provider_faults

PARTS = ("kills", "freezes", "provider", "database", "mail")
KILLS = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos")
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], metavar="part", help=f"{', '.join(PARTS)}; all without any"
    )
    parser.add_argument("--kills", type=int, default=KILLS, help=f"how many workers to kill, {KILLS} by default")
    given = parser.parse_args()
    runs: dict[str, Callable[[], bool]] = {
        "kills": partial(kills.run, given.kills),
        "freezes": freezes.run,
        "provider": provider_faults.run,
        "database": database_faults.run,
        "mail": mail.run,
    }
    fastclock.install()
    print(f"All processes share a clock {fastclock.SPEED} times as fast as the real one.")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start: all of it should be idle.")
    kept = True
    for name in given.parts or PARTS:
        print(f"\n== {name}", flush=True)
        kept = runs[name]() and kept
    print("\nThe promise was kept." if kept else "\nThe promise was BROKEN.")
    sys.exit(0 if kept else 1)


main()
