"""The plan of one schedule as values: who is on duty at an instant, and the shifts of a span. Pure.

Asked from the top: a replacement for everybody, then the layers, the highest first; whoever is there has the duty,
and people who were added join them. Within a temporary plan its own shifts stand where the layers stood, and only
what was said after it was made changes them. Spans are half-open [starts_at, ends_at), instants aware.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Generic, TypeVar

from helpdesk.models.codes import OverrideKind
from helpdesk.oncall.rotation import Rotation
from helpdesk.sla.calendar import BusinessCalendar

Person = TypeVar("Person")
Word = tuple[datetime, int]  # when something was said; of two things at the same moment the larger number is later


@dataclass(frozen=True)
class Span:
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Stint(Span, Generic[Person]):
    """`person` is on duty."""

    person: Person


@dataclass(frozen=True)
class Layer(Generic[Person]):
    """Turns that count within `hours` (None: always), from `since` and until `until` where these are set."""

    turns: Rotation[Person]
    hours: BusinessCalendar | None = None
    since: datetime | None = None
    until: datetime | None = None

    def on_call(self, at: datetime) -> Person | None:
        is_in_force = (self.since is None or self.since <= at) and (self.until is None or at < self.until)
        if not is_in_force or (self.hours is not None and not self.hours.is_open(at)):
            return None
        return self.turns.on_call(at)

    def worked_out(self, since: datetime, until: datetime) -> "WorkedOut[Person]":
        """The same in [since, until), to be asked often."""
        found = list(self._answers(since, until))
        return WorkedOut([at for at, _person in found], [person for _at, person in found])

    def _answers(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, Person | None]]:
        """Every instant in the span at which its answer may change, and the answer from there on."""
        since, until = max(since, self.since or since), min(until, self.until or until)
        if since >= until:
            return
        turns = self.turns.turns(since, until)
        begins = [at for at, _person in turns]
        for opening, closing in self.hours.intervals(since, until) if self.hours else [(since, until)]:
            running = bisect_right(begins, opening) - 1
            yield opening, turns[running][1]
            yield from turns[running + 1 : bisect_left(begins, closing)]
            yield closing, None


@dataclass(frozen=True)
class WorkedOut(Generic[Person]):
    """A layer as a table: from each of the instants on, the person beside it."""

    instants: Sequence[datetime]
    people: Sequence[Person | None]

    def on_call(self, at: datetime) -> Person | None:
        place = bisect_right(self.instants, at)
        return self.people[place - 1] if place else None


@dataclass(frozen=True)
class Change(Span, Generic[Person]):
    """`comes` takes the duty of `goes`, or of everybody where nobody is named; None: one more, one less."""

    kind: OverrideKind
    comes: Person | None
    goes: Person | None
    said: Word


@dataclass(frozen=True)
class Temporary(Span, Generic[Person]):
    """A plan of its own for a span."""

    stints: Sequence[Stint[Person]]
    said: Word


@dataclass(frozen=True)
class Roster(Generic[Person]):
    """`layers` from the lowest to the highest; `changes` and `temporaries` in any order; `away` says when somebody
    is absent; `gone` have left for good."""

    layers: Sequence[Layer[Person] | WorkedOut[Person]] = ()
    changes: Sequence[Change[Person]] = ()
    temporaries: Sequence[Temporary[Person]] = ()
    away: Mapping[Person, Sequence[Span]] = field(default_factory=dict)
    gone: frozenset[Person] = frozenset()

    def on_call(self, at: datetime) -> list[Person]:
        """Everybody on duty at the instant, first whoever has the duty by the plan; empty: nobody."""
        plan = max((t for t in self.temporaries if t.covers(at)), key=lambda t: t.said, default=None)
        words = [w for w in self.changes if w.covers(at) and (plan is None or w.said > plan.said)]
        words.sort(key=lambda word: word.said)
        found = self._by_plan(at, plan, words)
        for word in words:
            if word.kind is OverrideKind.ADD:
                found += self._present(at, word.comes, words, word.said)
        return list(dict.fromkeys(found))

    def shifts(self, since: datetime, until: datetime) -> list[Stint[Person]]:
        """Who is on duty in [since, until): cut to it, by beginning, a person's neighbouring turns joined."""
        layers = [row.worked_out(since, until) if isinstance(row, Layer) else row for row in self.layers]
        roster = replace(self, layers=layers)
        found: list[Stint[Person]] = []
        open_ones: dict[Person, int] = {}
        for start, end in pairwise(roster._borders(since, until, layers)):
            running: dict[Person, int] = {}
            for person in roster.on_call(start):
                index = open_ones.get(person, len(found))
                begins = found[index].starts_at if index < len(found) else start
                found[index : index + 1] = [Stint(begins, end, person)]
                running[person] = index
            open_ones = running
        return found

    def _by_plan(self, at: datetime, plan: Temporary[Person] | None, words: list[Change[Person]]) -> list[Person]:
        for word in reversed([w for w in words if w.kind is OverrideKind.REPLACE and w.goes is None]):
            if present := self._present(at, word.comes, words, word.said):
                return present
        if plan is not None:
            everybody = [stint.person for stint in plan.stints if stint.covers(at)]
            return [there for person in everybody for there in self._present(at, person, words)]
        for layer in reversed(self.layers):
            if present := self._present(at, layer.on_call(at), words):
                return present
        return []

    def _present(
        self, at: datetime, person: Person | None, words: list[Change[Person]], said: Word | None = None
    ) -> list[Person]:
        """The person, or whoever stands in for them by what was said after `said`; nobody when they are absent."""
        while person is not None:
            later = [w for w in words if w.goes == person and (said is None or w.said > said)]
            if not later:
                is_away = person in self.gone or any(span.covers(at) for span in self.away.get(person, ()))
                return [] if is_away else [person]
            person, said = later[-1].comes, later[-1].said
        return []

    def _borders(self, since: datetime, until: datetime, layers: list[WorkedOut[Person]]) -> list[datetime]:
        """Every instant at which the answer may change, with both ends of the span."""
        instants = {since, until}
        for layer in layers:
            instants.update(layer.instants)
        stints = [stint for plan in self.temporaries for stint in plan.stints]
        away = [span for spans in self.away.values() for span in spans]
        for span in (*self.changes, *self.temporaries, *stints, *away):
            instants.update((span.starts_at, span.ends_at))
        return sorted(at for at in instants if since <= at <= until)
