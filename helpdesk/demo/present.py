"""What is open when the demo starts: a ticket in each state, and no alert that rings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from helpdesk.demo.plots import PLOTS, Plot
from helpdesk.demo.story import Course, Person, Place
from helpdesk.demo.teller import Teller, World
from helpdesk.demo.telling import Story
from helpdesk.models.codes import SlaTargetKind, UnitKind

_MIN, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Open:
    """An open ticket: whose, which plot (by the first words of its summary), what happened how long ago."""

    kind: UnitKind
    beginning: str
    created: timedelta
    acknowledged: timedelta | None = None
    responded: timedelta | None = None
    asked: timedelta | None = None
    first_resolved: timedelta | None = None
    reopened: timedelta | None = None


OPEN = (
    Open(UnitKind.SCHOOL, "Post o zapisach", 12 * _MIN),
    Open(UnitKind.LIBRARY, "Nie działa zaplanowana", 55 * _MIN, acknowledged=30 * _MIN),
    Open(UnitKind.SOCIAL_WELFARE, "Informacja o wydawaniu", 3 * _HOUR, 150 * _MIN, 2 * _HOUR),
    # Urgent, solved within 240 minutes by its policy: 40 minutes are left.
    Open(UnitKind.FIRE_BRIGADE, "Ostrzeżenie o zalanej", 200 * _MIN, 197 * _MIN, 190 * _MIN),
    Open(UnitKind.CULTURE_CENTRE, "Reklama prywatnej", 26 * _HOUR, 25 * _HOUR, 24 * _HOUR, asked=24 * _HOUR),
    Open(UnitKind.KINDERGARTEN, "Wyzwiska wobec", 5 * _DAY, 119 * _HOUR, 118 * _HOUR, None, 4 * _DAY, 25 * _MIN),
)
LATE = (UnitKind.OFFICE, "Obraźliwe komentarze")


def open_stories(world: World) -> list[Story]:
    """New; taken; in progress; due within the hour; waiting for the unit; reopened; late."""
    teller = Teller(world, Random(7))  # noqa: S311
    return [_story(teller, given) for given in (*OPEN, _late(teller))]


def _story(teller: Teller, given: Open) -> Story:
    place, plot = _place(teller.world, given.kind), _plot(given.kind, given.beginning)
    course = _course(given, teller.world.now, teller.world.rotation.on_call(teller.world.now))
    return teller.tell(teller.subject(plot, place, course), course)


def _course(given: Open, now: datetime, holder: Person) -> Course:
    def ago(span: timedelta | None) -> datetime | None:
        return None if span is None else now - span

    return Course(
        created=now - given.created,
        holder=holder,
        acknowledged=ago(given.acknowledged),
        responded=ago(given.responded),
        asked=ago(given.asked),
        first_resolved=ago(given.first_resolved),
        reopened=ago(given.reopened),
    )


def _late(teller: Teller) -> Open:
    """Filed so long ago that its time to resolve was over an hour ago, whatever day it is."""
    kind, beginning = LATE
    place, plot = _place(teller.world, kind), _plot(kind, beginning)
    promise = teller.targets(place, plot)[SlaTargetKind.RESOLVE]
    latest_due, age = teller.world.now - _HOUR, 2 * _DAY
    while promise.calendar.due(teller.world.now - age, promise.minutes) > latest_due:
        age += _HOUR
    return Open(kind, beginning, age, age - _HOUR, age - 3 * _HOUR)


def _place(world: World, kind: UnitKind) -> Place:
    return next(place for place, own in world.places if own is kind)


def _plot(kind: UnitKind, beginning: str) -> Plot:
    return next(plot for plot in PLOTS if kind in plot.kinds and plot.summary.startswith(beginning))
