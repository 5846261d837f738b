"""`make chaos`: real processes, killed and deceived; prints what was lost."""

import argparse
import sys

from chaos import fastclock, kills

KILLS = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos")
    parser.add_argument("parts", nargs="*", choices=["kills", []], help="which to run; all without any")
    parser.add_argument("--kills", type=int, default=KILLS)
    given = parser.parse_args()
    fastclock.install()
    print(f"All processes share a clock {fastclock.SPEED} times as fast as the real one.")
    sys.exit(0 if kills.run(given.kills) else 1)


main()
