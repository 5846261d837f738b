"""Workbooks of so many tickets that a worker makes them: asked for, taken, written with progress, kept for a day.

Whoever makes one holds it under a lease that every portion renews, and writes into a folder of its own; when it
dies, another begins anew. A folder without a row is harmless: `sweep` removes it.
"""

import errno
import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Export, User
from helpdesk.models.codes import Category, ExportState, Priority
from helpdesk.reports.figures import Filters
from helpdesk.reports.period import Period
from helpdesk.transaction import changed_rows

MOST_AT_ONCE = 3  # of one person
MOST_TRIES = 3  # what has killed so many workers is not begun again
LEASE = timedelta(minutes=5)  # the last rows are followed by minutes of packing
KEPT = timedelta(days=1)
SHOWN = 20
ROOM_LEFT = 500 * 1024 * 1024  # bytes on the disk that are for tickets, not for exports
NO_ROOM, BROKEN = "no_room", "broken"
UNFINISHED = (ExportState.WAITING, ExportState.WRITING)
_FILE = "tickets.xlsx"


@dataclass(frozen=True)
class Task:
    """An export that was taken, to be made in `folder`."""

    id: int
    period: Period
    filters: Filters
    locale: str
    folder: str

    @property
    def path(self) -> Path:
        return settings().exports / self.folder / _FILE


def start(by: User, period: Period, filters: Filters, locale: str, total: int) -> Export:
    """The person's export of these tickets: the one in the making, else a new one.

    Raises:
        NotAllowed: "too_many_exports".
    """
    db.session.execute(
        sa.select(User.id).where(User.id == by.id).with_for_update()
    )  # two clicks, one after another
    mine = db.session.scalars(sa.select(Export).where(Export.user_id == by.id, Export.finished_at.is_(None))).all()
    asked = _as_text(period, filters)
    same = next((each for each in mine if (each.asked, each.locale) == (asked, locale)), None)
    if same is not None:
        return same
    if len(mine) >= MOST_AT_ONCE:
        raise NotAllowed("too_many_exports")
    name = f"helpdesk-{period.first}-{period.last}.xlsx"
    export = Export(user_id=by.id, asked=asked, locale=locale, total=total, file_name=name)
    db.session.add(export)
    db.session.flush()
    _note(by, "export_asked", export, json.loads(asked) | {"tickets": total})
    return export


def own(by: User, export_id: int) -> Export:
    """
    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    export = db.session.get(Export, export_id)
    if export is None or export.user_id != by.id:
        raise NotFound("404")
    return export


def all_own(by: User) -> Sequence[Export]:
    """The last ones, newest first."""
    query = sa.select(Export).where(Export.user_id == by.id).order_by(Export.created_at.desc(), Export.id.desc())
    return db.session.scalars(query.limit(SHOWN)).all()


def fetch(by: User, export_id: int) -> tuple[Export, Path]:
    """The finished file, for its owner; it is written down who took it.

    Raises:
        NotFound: it is not theirs, or not there.
    """
    export = own(by, export_id)
    path = file_of(export)
    if path is None:
        raise NotFound("404")
    _note(by, "export_fetched", export, {})
    return export, path


def file_of(export: Export) -> Path | None:
    """None: there is none, not even on this machine."""
    path = settings().exports / export.folder / _FILE
    return path if export.state is ExportState.READY and path.is_file() else None


def asked_for(export: Export) -> tuple[Period, Filters]:
    asked: dict[str, Any] = json.loads(export.asked)
    first, last = (date.fromisoformat(asked.pop(name)) for name in ("first", "last"))
    codes = {"category": Category, "priority": Priority}
    chosen: dict[str, Any] = {name: codes[name](value) if name in codes else value for name, value in asked.items()}
    return Period(first, last, settings().zone), Filters(**chosen)


def _as_text(period: Period, filters: Filters) -> str:
    chosen = {name: value for name, value in vars(filters).items() if value is not None}
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return json.dumps(days | chosen, sort_keys=True)


def due() -> Sequence[int]:
    """What waits, and what was left lying, oldest first."""
    return db.session.scalars(sa.select(Export.id).where(_is_free(clock.now())).order_by(Export.id)).all()


def take(export_id: int) -> Task | None:
    """None: another worker was first, or it is given up."""
    now = clock.now()
    mine = {"state": ExportState.WRITING, "folder": secrets.token_hex(16), "lease_until": now + LEASE}
    taken = sa.update(Export).where(Export.id == export_id, _is_free(now))
    if not changed_rows(taken.values(**mine, done=0, tries=Export.tries + 1)):
        return None
    export = db.session.get_one(Export, export_id)
    task = Task(export.id, *asked_for(export), export.locale, export.folder)
    if export.tries > MOST_TRIES:
        fail(task, BROKEN)
        return None
    return task


def go_on(task: Task, done: int) -> bool:
    """So many rows are written. False: it is somebody else's by now."""
    return _change(task, done=done, lease_until=clock.now() + LEASE)


def give_back(task: Task) -> bool:
    """It is begun anew by whoever comes first; not as a try that went wrong."""
    return _change(task, state=ExportState.WAITING, lease_until=None, done=0, tries=Export.tries - 1)


def finish(task: Task, rows: int) -> bool:
    size = task.path.stat().st_size
    return _end(task, state=ExportState.READY, done=rows, total=rows, size=size)


def fail(task: Task, trouble: str) -> bool:
    """`trouble`: NO_ROOM or BROKEN."""
    return _end(task, state=ExportState.FAILED, trouble=trouble)


def make_folder(task: Task) -> Path:
    """Where the file comes, and whatever is needed to make it."""
    task.path.parent.mkdir(parents=True)
    return task.path.parent


def look_for_room() -> None:
    """
    Raises:
        OSError: the disk would be too full to take tickets.
    """
    if shutil.disk_usage(settings().exports).free < ROOM_LEFT:
        raise OSError(errno.ENOSPC, "little room is left")


def expire() -> None:
    """What was ready for a day is removed; the files go with `sweep`."""
    old = sa.update(Export).where(Export.state == ExportState.READY, Export.finished_at < clock.now() - KEPT)
    changed_rows(old.values(state=ExportState.REMOVED, deleted_at=clock.now()))


def sweep() -> int:
    """Remove from the disk what belongs to no export that is ready or in the making; how many."""
    folders = list(settings().exports.glob("*"))  # before the rows: a folder is made after its row
    kept = sa.select(Export.folder).where(Export.state.in_((ExportState.WRITING, ExportState.READY)))
    known = set(db.session.scalars(kept))
    orphans = [path for path in folders if path.name not in known]
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True)
    return len(orphans)


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    is_left = sa.and_(Export.state == ExportState.WRITING, Export.lease_until < now)
    return sa.or_(Export.state == ExportState.WAITING, is_left)


def _end(task: Task, **values: Any) -> bool:
    return _change(task, **values, lease_until=None, finished_at=clock.now())


def _change(task: Task, **values: Any) -> bool:
    """False: it is not ours any more, and nothing changes."""
    is_ours = (Export.id == task.id, Export.folder == task.folder, Export.state == ExportState.WRITING)
    return changed_rows(sa.update(Export).where(*is_ours).values(**values)) == 1


def _note(by: User, action: str, export: Export, data: dict[str, Any]) -> None:
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"export:{export.id}", data=data))
