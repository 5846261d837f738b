"""The plan of the duty for 10 people in 3 layers, one of them at night: from values, and from the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import sqlalchemy as sa

from benchmarks.figures import load_average, timed
from benchmarks.stage import DATABASES, analyze, stage
from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Rotation, RotationMember, Schedule, User
from helpdesk.models.codes import RotationKind
from helpdesk.oncall.roster import Roster
from helpdesk.oncall.schedule import on_call, roster, shifts
from helpdesk.transaction import transaction

PEOPLE, CHANGES = 10, 20
TIMES = 51
FORTNIGHT, FAR = timedelta(days=14), timedelta(days=40)
HOUR = timedelta(hours=1)
NIGHTS = {str(day): [["22:00", "06:00"]] for day in range(7)}
WEEKENDS = {"5": [["00:00", "24:00"]], "6": [["00:00", "24:00"]]}
USUAL = (RotationKind.WEEKLY, RotationKind.DAILY, RotationKind.DAILY)
WORST = (RotationKind.HOURLY,) * 3
AIMS = {"14 days": 0.020, "now": 0.001}


def run() -> None:
    print(f"{PEOPLE} people, 3 layers, {CHANGES} changes and {CHANGES // 2} absences; median of {TIMES} runs")
    for kind in DATABASES:
        with stage(kind) as world, world.app.app_context():
            usual, worst = _schedule("usual", USUAL), _schedule("hourly", WORST)
            analyze()
            _print(kind, "usual", usual)
            _print(kind, "hourly", worst)
        print(f"  {kind:10} load average {load_average()}")


def _print(kind: str, name: str, schedule_id: int) -> None:
    at = clock.now()
    plan = _plan(schedule_id, at)
    _line(kind, f"{name}, from values", "14 days", lambda: plan.shifts(at, at + FORTNIGHT))
    _line(kind, f"{name}, from values", "40 days", lambda: plan.shifts(at, at + FAR))
    _line(kind, f"{name}, from values", "now", lambda: plan.on_call(at))
    _line(kind, f"{name}, a new session", "14 days", lambda: shifts(_anew(schedule_id), at, at + FORTNIGHT))
    _line(kind, f"{name}, a new session", "40 days", lambda: shifts(_anew(schedule_id), at, at + FAR))
    _line(kind, f"{name}, a new session", "now", lambda: on_call(_anew(schedule_id), at))
    known = _anew(schedule_id)
    _line(kind, f"{name}, a known schedule", "now", lambda: on_call(known, at))


def _line(kind: str, name: str, what: str, act: Callable[[], object]) -> None:
    """Medians to a hundredth of a millisecond: some are short."""
    found, limit = median(timed(act, TIMES)), AIMS.get(what)
    note = f"aim < {limit * 1000:.0f} ms {'met' if found < limit else 'MISSED'}" if limit else ""
    print(f"  {kind:10} {name:26} {what:8} median {found * 1000:7.2f} ms   {note}")


def _plan(schedule_id: int, at: datetime) -> Roster[int]:
    return roster(_anew(schedule_id), at, at + FAR)


def _anew(schedule_id: int) -> Schedule:
    """In a session that knows nothing yet, as at the beginning of a request."""
    db.session.remove()
    return db.session.get_one(Schedule, schedule_id)


def _schedule(name: str, kinds: tuple[RotationKind, ...]) -> int:
    """Three layers, the highest at night and the middle one at weekends; changes and absences of the next weeks."""
    with transaction():
        people = _people()
        layers = [
            _layer(kind, number, hours, people[number:])
            for number, (kind, hours) in enumerate(zip(kinds, (None, WEEKENDS, NIGHTS), strict=True))
        ]
        schedule = Schedule(name=name, rotations=layers)
        db.session.add(schedule)
        db.session.flush()
        db.session.add_all(_changes(schedule, people))
        return schedule.id


def _people() -> list[User]:
    emails = [f"duty{n}@bench.test" for n in range(PEOPLE)]
    found = list(db.session.scalars(sa.select(User).where(User.email.in_(emails)).order_by(User.id)))
    if not found:
        found = [User(name=f"Osoba {n}", email=e, fs_uniquifier=e) for n, e in enumerate(emails)]
        db.session.add_all(found)
        db.session.add_all(_absences(found))
        db.session.flush()
    return found


def _layer(
    kind: RotationKind, layer: int, hours: dict[str, list[list[str]]] | None, people: list[User]
) -> Rotation:
    members = [RotationMember(position=n, user=user) for n, user in enumerate(people)]
    start = datetime(2026, 1, 5, 7, tzinfo=UTC)
    return Rotation(kind=kind, layer=layer, starts_at=start, weekly_hours=hours, members=members)


def _changes(schedule: Schedule, people: list[User]) -> list[Override]:
    begins = [clock.now() + n * 30 * HOUR for n in range(CHANGES)]
    return [
        Override(schedule_id=schedule.id, user=people[n % PEOPLE], starts_at=at, ends_at=at + 6 * HOUR)
        for n, at in enumerate(begins)
    ]


def _absences(people: list[User]) -> list[Absence]:
    begins = [clock.now() + n * 70 * HOUR for n in range(CHANGES // 2)]
    return [Absence(user=people[n % PEOPLE], starts_at=at, ends_at=at + 48 * HOUR) for n, at in enumerate(begins)]
