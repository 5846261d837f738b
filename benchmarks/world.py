"""Many tickets in little time: the demo's stories told again and again, a few minutes apart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from benchmarks.stage import analyze
from helpdesk.demo.past import stories
from helpdesk.demo.rows import insert_stories
from helpdesk.demo.story import Row
from helpdesk.demo.teller import Teller
from helpdesk.demo.telling import Story
from helpdesk.demo.world import read_world
from helpdesk.extensions import db
from helpdesk.transaction import transaction

PATTERNS = 1_000
BATCH = 5_000


def fill(n: int, *, days: int = 365) -> None:
    """Insert `n` finished tickets of the demo's units (which must be loaded), spread over the past `days`.

    Each has its clocks and its first and last event; no messages.
    """
    with transaction():
        teller = Teller(read_world(), Random(1))
    patterns = [_short(story) for story in stories(teller, tickets=min(max(n, 0), PATTERNS), days=days)]
    endless = _again(patterns)
    for start in range(0, n, BATCH):
        with transaction():
            insert_stories(islice(endless, min(BATCH, n - start)))
        db.session.expunge_all()
    analyze()


def _short(story: Story) -> Story:
    return replace(story, events=[{**story.events[0], "message": None}, story.events[-1]], messages=[])


def _again(patterns: list[Story]) -> Iterator[Story]:
    """The patterns, and the same again some minutes earlier each time."""
    earlier = timedelta()
    while patterns:
        for story in patterns:
            yield _shifted(story, earlier)
        earlier += timedelta(minutes=7)


def _shifted(story: Story, earlier: timedelta) -> Story:
    return replace(
        story,
        ticket=_move(story.ticket, earlier),
        events=[_move(row, earlier) for row in story.events],
        clocks=[_move(row, earlier) | {"pauses": []} for row in story.clocks],
    )


def _move(row: Row, earlier: timedelta) -> Row:
    return {name: value - earlier if isinstance(value, datetime) else value for name, value in row.items()}
