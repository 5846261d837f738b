"""Three months of finished tickets, the same every time for the same day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from helpdesk.demo.teller import Teller, World
from helpdesk.demo.telling import Story

DAYS = 90
TICKETS = 400


def past_stories(world: World, seed: int = 2026) -> list[Story]:
    """Some 400 tickets filed in the past 90 days and finished by now; weekends are quieter."""
    teller = Teller(world, Random(seed))  # noqa: S311
    return list(stories(teller, tickets=TICKETS, days=DAYS))


def stories(teller: Teller, *, tickets: int, days: int) -> Iterator[Story]:
    """As many finished tickets, spread over the past days."""
    candidates = list(_days(teller.world.now, days))
    weights = [teller.weight_of_day(day) for day in candidates]
    told = 0
    while told < tickets:
        story = teller.story(teller.rng.choices(candidates, weights)[0])
        if story is not None:
            told += 1
            yield story


def _days(now: datetime, days: int) -> Iterator[datetime]:
    return (now - timedelta(days=days - 1 - index) for index in range(days))
