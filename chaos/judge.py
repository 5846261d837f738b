"""What became of every alert: judged from the rows of the database, the provider's record and the journals.

Pure: it looks at nothing else, so that tests can show it a fault and see that it finds it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

UNSETTLED = ("due", "sending", "unknown")
ALERT = "alert"
FINE = ("stored", "moot", "not due yet")
UNHEARD = ("failed", "undelivered", "expired")
# An alert that is cancelled because somebody acknowledged may not have waited longer (fast clock): a lease, two
# looks and a busy line are over by then.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Try:
    """An attempt as the database has it. `carried_by` is the attempt in whose message or call it went along, `sid`
    the provider's id of that."""

    id: str
    state: str
    due_at: datetime
    carried_by: str | None = None
    error_code: str = ""
    finished_at: datetime | None = None
    sending_at: datetime | None = None
    sid: str | None = None


@dataclass(frozen=True)
class Told:
    """A notification with its attempts in order; `ended_at` is when its alert ended, None while it is open."""

    id: int
    event: str
    ticket: int
    escalation: int | None
    tries: tuple[Try, ...]
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Stored:
    """What the provider stored for an attempt under its `sid`. Monotonic seconds: `sent` is the first byte,
    `claimed` the commit of the claim.

    `in_flight` is how many seconds it took from the first byte until the provider had all of it, `asked_in_vain`
    when it last failed to answer a question about the number.
    """

    attempt: str
    sent: float
    claimed: float = 0.0
    failed: bool = False
    asked_in_vain: float = 0.0
    in_flight: float = 0.0
    is_call: bool = False
    sid: str = ""


@dataclass(frozen=True)
class Evidence:
    """`filed`: tickets whose commit returned. `acknowledged`: monotonic seconds right after that commit returned.

    `at` is when it was taken; `patience` how long an alert may have waited when it was cancelled. `longest_flight`
    is a lease in real seconds: a request that is under way for longer arrives after the provider has been asked,
    and no program can call it back.
    """

    told: list[Told]
    stored: list[Stored]
    filed: list[int]
    at: datetime
    acknowledged: dict[int, float] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    patience: timedelta = PATIENCE
    longest_flight: float = 3.0


@dataclass(frozen=True)
class Verdict:
    """`lost`, `duplicated`, `late` and `excused` are one line for each; `outcomes` counts the alerts' ends."""

    outcomes: Counter[str]
    lost: list[str]
    duplicated: list[str]
    excused: list[str]
    late: list[str]
    nearest: float | None
    windows: list[float]
    complaints: list[str]
    notices: Counter[str]
    longest_flight: float

    @property
    def alerts(self) -> int:
        return sum(self.outcomes.values())

    @property
    def is_kept(self) -> bool:
        """The promise."""
        return not (self.lost or self.duplicated or self.late or self.complaints)


def judge(seen: Evidence) -> Verdict:
    """Alerts and notices alike may be neither lost nor duplicated; only alerts can be late."""
    stored = _stored_for(seen)
    outcomes = {each.id: _outcome(each, stored[each.id], seen) for each in seen.told}
    told = [each for each in seen.told if each.event == ALERT]
    heard = {each.escalation for each in told if stored[each.id]}
    tickets = _tickets_of(seen)
    repeats = [repeat for each in seen.told for repeat in _repeats(each, stored[each.id], seen)]
    late = [line for each in told for line in _late(each, _pointless(stored[each.id], tickets, seen), seen)]
    return Verdict(
        outcomes=Counter(outcomes[each.id] for each in told),
        lost=[*_lost(seen.told, outcomes, heard), *_unalerted(seen, told)],
        duplicated=[line for line, is_excused in repeats if not is_excused],
        excused=[line for line, is_excused in repeats if is_excused],
        late=late,
        nearest=_nearest(told, stored, seen.acknowledged),
        windows=sorted(each.sent - each.claimed for each in seen.stored if each.claimed),
        complaints=[*seen.complaints, *_strangers(seen), *_mistaken(seen, tickets)],
        longest_flight=max((each.in_flight for each in seen.stored), default=0.0),
        notices=Counter(outcomes[each.id] for each in seen.told if each.event != ALERT),
    )


def _stored_for(seen: Evidence) -> dict[int, list[Stored]]:
    """What the provider stored for each notification: its own attempts, and those that carried them."""
    by_attempt: dict[str, list[Stored]] = defaultdict(list)
    for each in seen.stored:
        by_attempt[each.attempt].append(each)
    found: dict[int, list[Stored]] = defaultdict(list)
    for told in seen.told:
        carriers = {attempt.carried_by or attempt.id for attempt in told.tries}
        found[told.id] = sorted((s for c in carriers for s in by_attempt[c]), key=lambda s: s.sent)
    return found


def _outcome(told: Told, stored: list[Stored], seen: Evidence) -> str:
    last = told.tries[-1]
    if last.state == "due" and last.due_at > seen.at:
        return "stored" if stored else "not due yet"
    if last.state in UNSETTLED:
        return f"left {last.state}"
    if stored:
        return "stored"
    if last.state == "cancelled":
        waited = (told.ended_at or seen.at) - told.tries[0].due_at
        return "moot" if told.ended_at is not None and waited <= seen.patience else "waited too long"
    return "given up" if last.state in UNHEARD else f"{last.state}, says the database"


def _lost(told: Iterable[Told], outcomes: dict[int, str], heard: set[int | None]) -> list[str]:
    """Neither stored nor moot. One that was given up with a reason is not lost when it is a notice, or when its
    alert was heard another way or had ended."""
    lines = []
    for each in told:
        outcome = outcomes[each.id]
        if outcome in FINE:
            continue
        if outcome == "given up" and (each.event != ALERT or each.escalation in heard or each.ended_at is not None):
            continue
        lines.append(f"ticket {each.ticket}, {each.event} {each.id}: {outcome}, {_history(each)}")
    return lines


def _unalerted(seen: Evidence, told: Iterable[Told]) -> list[str]:
    alerted = {each.ticket for each in told}
    return [f"ticket {ticket}: filed, but nobody is alerted" for ticket in seen.filed if ticket not in alerted]


def _repeats(told: Told, stored: list[Stored], seen: Evidence) -> list[tuple[str, bool]]:
    """Every one after the first that the provider did not report as failed, and whether it is excused."""
    heard = [each for each in stored if not each.failed]
    line = f"ticket {told.ticket}, {told.event} {told.id}: stored {len(heard)} times, {_history(told)}"
    was_late = any(each.in_flight > seen.longest_flight for each in heard)
    return [(line, was_late or each.asked_in_vain > heard[0].sent) for each in heard[1:]]


def _tickets_of(seen: Evidence) -> dict[str, set[int]]:
    """Which tickets a message or call was about, by the attempt that carried them."""
    found: dict[str, set[int]] = defaultdict(set)
    for told in seen.told:
        for attempt in told.tries:
            found[attempt.carried_by or attempt.id].add(told.ticket)
    return found


def _pointless(stored: list[Stored], tickets: dict[str, set[int]], seen: Evidence) -> list[Stored]:
    """All messages; but only those calls of whose tickets none was open any more. What a call says is decided when
    somebody answers: one that is still needed for another ticket says nothing of the one that was taken."""
    taken = seen.acknowledged
    return [
        each
        for each in stored
        if not each.is_call or all(taken.get(ticket, inf) < each.sent for ticket in tickets[each.attempt])
    ]


def _late(told: Told, stored: list[Stored], seen: Evidence) -> list[str]:
    at = seen.acknowledged.get(told.ticket)
    return [
        f"ticket {told.ticket}, {told.event} {told.id}: sent {(each.sent - at) * 1000:.1f} ms after the"
        f" acknowledgement was committed, {(each.sent - each.claimed) * 1000:.1f} ms after the claim was"
        for each in stored
        if at is not None and each.sent > at
    ]


def _nearest(told: Iterable[Told], stored: dict[int, list[Stored]], acknowledged: dict[int, float]) -> float | None:
    """The closest that an acknowledgement followed a POST, in seconds."""
    gaps = [
        acknowledged[each.ticket] - sent.sent
        for each in told
        if each.ticket in acknowledged
        for sent in stored[each.id]
        if sent.sent <= acknowledged[each.ticket]
    ]
    return min(gaps, default=None)


def _strangers(seen: Evidence) -> list[str]:
    known = {attempt.id for told in seen.told for attempt in told.tries}
    return [f"stored for an unknown attempt {each.attempt}" for each in seen.stored if each.attempt not in known]


def _mistaken(seen: Evidence, tickets: dict[str, set[int]]) -> list[str]:
    """A call that is taken for that of an attempt whose ticket it was not about. Messages have a text; one with the
    same text says the same."""
    made_for = {each.sid: each.attempt for each in seen.stored if each.is_call}
    return [
        f"ticket {told.ticket}, {told.event} {told.id}: {attempt.sid} was made for {made_for[attempt.sid]}"
        for told in seen.told
        for attempt in told.tries
        if attempt.sid in made_for and told.ticket not in tickets[made_for[attempt.sid]]
    ]


def _history(told: Told) -> str:
    return " → ".join(_in_words(attempt) for attempt in told.tries)


def _in_words(attempt: Try) -> str:
    sent = f"sent {attempt.sending_at:%H:%M:%S}" if attempt.sending_at else ""
    carried = f"with {attempt.carried_by}" if attempt.carried_by else ""
    facts = attempt.id, attempt.state, attempt.error_code, sent, carried, attempt.sid
    return " ".join(fact for fact in facts if fact)
