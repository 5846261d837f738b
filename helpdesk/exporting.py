"""The worker makes the long workbooks that people asked for, portion by portion; see reports/exports.py."""

import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from threading import Event

from flask_babel import force_locale

from helpdesk.reports import exports
from helpdesk.reports.export import ROWS_AT_ONCE, ticket_rows
from helpdesk.reports.exports import Task
from helpdesk.reports.sheets import write_workbook
from helpdesk.routes.dashboard_words import export_style, tickets_sheet
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
ENDING = Event()  # the program is about to end: what takes minutes is left to whoever comes next


class _LeftToOthers(Exception):  # noqa: N818
    """Another worker has it by now, or the program ends."""


def make_exports() -> None:
    for export_id in exports.due():
        if ENDING.is_set():
            return
        with transaction():
            task = exports.take(export_id)
        if task is not None:
            _make(task)


def _make(task: Task) -> None:
    """Written, or told why not; what is not finished leaves nothing on the disk."""
    is_finished = False
    try:
        rows = _write(task)
        with transaction():
            is_finished = exports.finish(task, rows)
    except _LeftToOthers:
        with transaction():
            exports.give_back(task)
    except OSError as refused:
        log.error("export %s could not be stored: %s", task.id, refused)
        _fail(task, exports.NO_ROOM)
    except Exception:
        log.exception("export %s could not be made", task.id)
        _fail(task, exports.BROKEN)
    finally:
        if not is_finished:
            shutil.rmtree(task.path.parent, ignore_errors=True)


def _fail(task: Task, trouble: str) -> None:
    with transaction():
        exports.fail(task, trouble)


def _write(task: Task) -> int:
    """The whole file; how many rows it has."""
    folder, counter = exports.make_folder(task), _Progress(task)
    with force_locale(task.locale), task.path.open("xb") as file:
        rows = ticket_rows(task.period, task.filters, export_style())
        write_workbook(file, tickets_sheet(counter.told(rows)), folder)
        file.flush()
        os.fsync(file.fileno())
    return counter.rows


class _Progress:
    """Counts the rows as they go by, and says so after each portion."""

    def __init__(self, task: Task) -> None:
        self.rows = 0
        self._task = task

    def told(self, rows: Iterator[Sequence[object]]) -> Iterator[Sequence[object]]:
        for row in rows:
            yield row
            self.rows += 1
            if self.rows % ROWS_AT_ONCE == 0:
                self._tell()
        self._tell()

    def _tell(self) -> None:
        exports.look_for_room()
        with transaction():
            is_ours = exports.go_on(self._task, self.rows)
        if ENDING.is_set() or not is_ours:
            raise _LeftToOthers
