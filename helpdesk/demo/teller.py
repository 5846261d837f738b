"""Makes up tickets: which unit, what about, when, how it went. Pure, given the world and a random generator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from helpdesk.demo import plots
from helpdesk.demo.plots import PLOTS, Plot
from helpdesk.demo.story import Course, Person, Place, Promise, Subject
from helpdesk.demo.telling import Story, tell
from helpdesk.models.codes import AckVia, Category, Priority, SlaTargetKind, TicketSource, UnitKind
from helpdesk.oncall.rotation import Rotation

Targets = dict[SlaTargetKind, Promise]
Later = Callable[[datetime, float], datetime]  # an instant and minutes of a calendar's time

# How many of a hundred tickets come from a unit of that kind, and how they are spread over the day.
UNIT_WEIGHTS = {
    UnitKind.FIRE_BRIGADE: 14,
    UnitKind.OFFICE: 16,
    UnitKind.SCHOOL: 14,
    UnitKind.KINDERGARTEN: 6,
    UnitKind.LIBRARY: 6,
    UnitKind.CULTURE_CENTRE: 9,
    UnitKind.SOCIAL_WELFARE: 6,
    UnitKind.UTILITIES: 8,
    UnitKind.VILLAGE: 3,
    UnitKind.SPORTS_CLUB: 4,
}
OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 1, 6, 14, 16, 15, 13, 12, 11, 9, 6, 4, 3, 2, 2, 1, 1, 0, 0)
ROUND_THE_CLOCK = (2, 2, 2, 2, 1, 2, 4, 5, 6, 6, 5, 5, 5, 5, 6, 7, 8, 9, 9, 9, 8, 6, 4, 3)
WEEKDAYS = (20, 19, 18, 18, 17, 5, 3)  # Monday first
# Minutes (median, spread of the logarithm) until taken, from there until answered and until solved.
PACE = {
    Priority.URGENT: ((4, 0.8), (10, 0.8), (40, 0.9)),
    Priority.NORMAL: ((45, 0.95), (60, 0.9), (230, 0.85)),
}
SOURCES = {
    Priority.URGENT: ((TicketSource.LINK, 60), (TicketSource.PHONE, 25), (TicketSource.FORM, 15)),
    Priority.NORMAL: ((TicketSource.FORM, 40), (TicketSource.LINK, 30), (TicketSource.EMAIL, 30)),
}
URGENT_WAYS = ((AckVia.SMS, 45), (AckVia.VOICE, 35), (AckVia.PAGE, 20))
CLOSES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class World:
    """What the teller knows; `promises` by municipality, priority and category."""

    places: Sequence[tuple[Place, UnitKind]]
    administrators: Sequence[Person]
    manager: Person
    rotation: Rotation[Person]
    promises: dict[tuple[int, Priority, Category], Targets]
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True)
class Teller:
    world: World
    rng: Random

    def story(self, day: datetime) -> Story | None:
        """A finished ticket filed on the local day of `day`; None where it would not be finished by now."""
        place, kind = self.rng.choices(self.world.places, [UNIT_WEIGHTS[k] for _, k in self.world.places])[0]
        plot = self._plot(kind)
        created = self._moment(day, plot.priority)
        course = self.course(plot, place, created)
        if (course.closed or course.resolved or created) > self.world.now:
            return None
        return self.tell(self.subject(plot, place, course), course)

    def tell(self, subject: Subject, course: Course) -> Story:
        return tell(subject, course, self.targets(subject.place, subject), self.world.now)

    def targets(self, place: Place, about: Plot | Subject) -> Targets:
        return self.world.promises[place.municipality_id, about.priority, about.category]

    def weight_of_day(self, day: datetime) -> int:
        return WEEKDAYS[day.astimezone(self.world.zone).weekday()]

    def subject(self, plot: Plot, place: Place, course: Course) -> Subject:
        """The words of the ticket; what does not happen in `course` stays unused."""
        rng, urgent = self.rng, plot.priority is Priority.URGENT
        return Subject(
            place=place,
            category=plot.category,
            priority=plot.priority,
            source=_draw(rng, SOURCES[plot.priority]),
            summary=plot.summary.format(where=rng.choice(plots.WHERE), what=rng.choice(plots.WHAT)),
            description=plot.description,
            answer=plot.answer,
            via=_draw(rng, URGENT_WAYS) if urgent else AckVia.PAGE,
            alerted=self._alerted(course.created) if urgent else (),
            question=rng.choice(plots.QUESTIONS),
            reply=rng.choice(plots.ANSWERS),
            complaint=rng.choice(plots.COMPLAINTS),
            note=rng.choice(plots.NOTES) if rng.random() < 0.12 else "",
        )

    def course(self, plot: Plot, place: Place, created: datetime) -> Course:
        """How a finished ticket went: older ones a little slower, one in eight with a question to the unit."""
        acknowledge, respond, resolve = (self._minutes(pace, created) for pace in PACE[plot.priority])
        targets = self.targets(place, plot)
        work = targets[SlaTargetKind.RESOLVE].calendar
        taken = targets[SlaTargetKind.ACKNOWLEDGE].calendar.due(created, acknowledge)
        responded = targets[SlaTargetKind.FIRST_RESPONSE].calendar.due(taken, respond)
        holder = self._holder(created, taken, plot.priority)
        asked, answered = self._question(responded, plot.priority)
        resolved = work.due(answered or responded, resolve)
        first, reopened, resolved = self._second_try(resolved, plot.priority, work.due)
        closed = resolved + CLOSES_AFTER
        return Course(
            created=created,
            holder=holder,
            acknowledged=taken,
            responded=responded,
            asked=asked,
            answered=answered,
            first_resolved=first,
            reopened=reopened,
            resolved=resolved,
            closed=closed if closed <= self.world.now else None,
        )

    def _plot(self, kind: UnitKind) -> Plot:
        fitting = [plot for plot in PLOTS if kind in plot.kinds]
        return self.rng.choices(fitting, [plot.weight for plot in fitting])[0]

    def _moment(self, day: datetime, priority: Priority) -> datetime:
        hours = ROUND_THE_CLOCK if priority is Priority.URGENT else OFFICE_HOURS
        local = day.astimezone(self.world.zone)
        hour = self.rng.choices(range(24), hours)[0]
        moment = local.replace(hour=hour, minute=self.rng.randrange(60), second=self.rng.randrange(60))
        return moment.replace(microsecond=0)

    def _minutes(self, pace: tuple[float, float], created: datetime) -> float:
        median, spread = pace
        age = (self.world.now - created) / timedelta(days=90)
        minutes = median * (0.8 + 0.4 * age) * self.rng.lognormvariate(0, spread)
        return round(max(minutes, 0.5) * 60) / 60

    def _holder(self, created: datetime, taken: datetime, priority: Priority) -> Person:
        """The person on duty; an urgent alert that took longer than a step was taken by somebody else."""
        on_duty = self.world.rotation.on_call(created if priority is Priority.URGENT else taken)
        if priority is Priority.NORMAL:
            return on_duty if self.rng.random() < 0.7 else self.rng.choice(self.world.administrators)
        steps = int((taken - created) / timedelta(minutes=3))
        return self.rng.choice(self._alerted(created)[min(steps, 2)])

    def _alerted(self, at: datetime) -> tuple[tuple[Person, ...], ...]:
        on_duty = self.world.rotation.on_call(at)
        following = self.world.rotation.on_call(at + timedelta(days=1))
        return (on_duty,), (following,), tuple(self.world.administrators), (self.world.manager,)

    def _question(self, responded: datetime, priority: Priority) -> tuple[datetime | None, datetime | None]:
        if priority is Priority.URGENT or self.rng.random() > 0.13:
            return None, None
        return responded, responded + timedelta(minutes=self.rng.randrange(30, 2000))

    def _second_try(
        self, resolved: datetime, priority: Priority, later: Later
    ) -> tuple[datetime | None, datetime | None, datetime]:
        """Solved at the first try, but for one normal ticket in twenty: solved, reopened, solved again."""
        if priority is Priority.URGENT or self.rng.random() > 0.05:
            return None, None, resolved
        reopened = resolved + timedelta(minutes=self.rng.randrange(60, 3000))
        return resolved, reopened, later(reopened, self.rng.randrange(30, 200))


Choice = TypeVar("Choice")


def _draw(rng: Random, weighted: Sequence[tuple[Choice, int]]) -> Choice:
    return rng.choices([value for value, _weight in weighted], [weight for _value, weight in weighted])[0]
