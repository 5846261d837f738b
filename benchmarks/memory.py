"""What a worker process holds in memory after 1,000 … 100,000 messages; a leak would show as a slope."""

import time

from benchmarks.crowd import insert_notices
from benchmarks.far_end import FarEnd, far_end
from benchmarks.figures import load_average
from benchmarks.processes import resident_mb, workers
from benchmarks.stage import stage

MARKS = (1_000, 10_000, 50_000, 100_000)
AT_MOST = 60 * 60  # seconds; what has not been sent by then is not guessed
AIM = 0.10  # growth after the first 1,000, when everything has been used once


def run(messages: int = MARKS[-1]) -> None:
    marks = [mark for mark in MARKS if mark < messages] + [messages]
    print(
        f"`helpdesk worker` on PostgreSQL, SMS and mail by turns, the far end answers at once; up to {messages:,}"
    )
    with far_end() as far, stage("postgresql", far) as world, workers(world) as (pid,):
        print(f"  after the start     {resident_mb(pid):7.1f} MiB")
        start, sent, held = time.monotonic(), 0, []
        for mark in marks:
            with world.app.app_context():
                insert_notices(mark - sent, first=sent)
            reached = _follow(far, sent, mark, start + AT_MOST)
            held.append(resident_mb(pid))
            print(f"  after {reached:9,}     {held[-1]:7.1f} MiB   {reached / (time.monotonic() - start):6.1f}/s")
            sent = reached
            if sent < mark:
                print(f"  time is up: {AT_MOST / 60:.0f} minutes; {messages - sent:,} were not sent")
                break
    growth = held[-1] - held[0]
    verdict = f"aim: < {AIM:.0%} {'met' if growth < AIM * held[0] else 'MISSED'}"
    print(
        f"  growth from the first to the last: {growth:+.1f} MiB ({growth / held[0]:+.1%}), {verdict};"
        f" {time.monotonic() - start:.0f} s; load average {load_average()}"
    )


def _follow(far: FarEnd, sent: int, mark: int, deadline: float) -> int:
    """How many have come in, at `mark` or when time is up."""
    while sent < mark and time.monotonic() < deadline:
        far.next()
        sent += 1
    return sent
