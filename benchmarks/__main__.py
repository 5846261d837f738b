"""`make bench`: print figures of this machine. Compare runs of one session only; medians are quoted."""

import argparse
import os
import platform

from benchmarks import latency, pages, throughput

PARTS = {"latency": latency.run, "throughput": throughput.run, "pages": pages.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which to run; all without any")
    chosen = parser.parse_args().parts or list(PARTS)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}")
    for name in chosen:
        print(f"\n== {name}")
        PARTS[name]()


main()
