"""Long exports: one of the same at a time, begun anew when its worker dies, kept for a day."""

import io
import shutil
import zipfile
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from xlsxwriter.exceptions import FileCreateError

from helpdesk import clock, exporting
from helpdesk.config import settings
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.jobs import clean_up
from helpdesk.models import AuditEntry, Export
from helpdesk.models.codes import Category, ExportState
from helpdesk.reports import exports
from helpdesk.reports.figures import EVERYTHING, Filters
from helpdesk.reports.period import Period
from helpdesk.transaction import transaction
from tests.factories import make_ticket

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(app):
    """Where the files lie, empty."""
    exporting.ENDING.clear()
    yield settings().exports
    shutil.rmtree(settings().exports, ignore_errors=True)
    exporting.ENDING.clear()


@pytest.fixture
def ask(cast):
    """ask(): Marek, or somebody else, has a file made of a week's tickets; what is different is named."""

    def start(by=None, first=date(2026, 3, 5), filters=EVERYTHING, locale="pl"):
        with transaction():
            return exports.start(
                by or cast.marek, Period(first, date(2026, 3, 11), settings().zone), filters, locale, 3
            )

    return start


@pytest.fixture
def tickets(cast):
    return [make_ticket(cast, created_at=clock.now() - DAY) for _ in range(3)]


def take(export):
    with transaction():
        return exports.take(export.id)


def is_made(export):
    exporting.make_exports()
    return db.session.get_one(Export, export.id, populate_existing=True)


def sheet_of(export):
    archive = zipfile.ZipFile(io.BytesIO(exports.file_of(export).read_bytes()))
    return archive.read("xl/worksheets/sheet1.xml").decode()


def test_the_worker_makes_the_file_in_the_language_of_whoever_asked(ask, tickets):
    polish, english = is_made(ask()), is_made(ask(locale="en"))
    assert (polish.state, polish.done, polish.total) == (ExportState.READY, 3, 3)
    assert polish.size == exports.file_of(polish).stat().st_size
    assert all(ticket.number in sheet_of(polish) for ticket in tickets)
    assert "Zgłoszono" in sheet_of(polish) and "Filed" in sheet_of(english)


def test_the_filters_are_those_that_were_chosen(ask, cast, tickets):
    other = make_ticket(cast, created_at=clock.now() - DAY, category=Category.HATE, unit=cast.library)
    made = is_made(ask(filters=Filters(category=Category.HATE, municipality_id=cast.brzezina.id)))
    assert made.done == 1 and other.number in sheet_of(made)


def test_the_rows_written_so_far_are_told_after_each_portion(ask, tickets, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 1)
    told, go_on = [], exports.go_on
    monkeypatch.setattr(exports, "go_on", lambda task, done: told.append(done) or go_on(task, done))
    is_made(ask())
    assert told == [1, 2, 3, 3]


def test_nobody_waits_for_the_write_lock_while_rows_are_written(ask, tickets, monkeypatch):
    """No transaction is open, not even one that reads."""
    seen, sheet = [], exporting.tickets_sheet

    def looked_at(rows):
        return sheet(row for row in rows if seen.append(db.session().in_transaction()) is None)

    monkeypatch.setattr(exporting, "tickets_sheet", looked_at)
    is_made(ask())
    assert seen == [False] * 3


def test_two_clicks_make_one_file(ask):
    assert ask().id == ask().id


def test_other_filters_or_another_language_or_person_make_another_file(ask, cast):
    first = ask()
    others = [ask(first=date(2026, 3, 4)), ask(locale="en"), ask(by=cast.anna)]
    assert len({first.id, *(other.id for other in others)}) == 4


def test_the_same_is_made_anew_once_it_is_finished(ask, tickets):
    assert is_made(ask()).id != ask().id


def test_a_person_has_three_in_the_making_at_most(ask, cast, tickets):
    for day in (2, 3, 4):
        last = ask(first=date(2026, 3, day))
    with pytest.raises(NotAllowed, match="too_many_exports"):
        ask()
    ask(by=cast.anna)
    is_made(last)
    assert ask().state is ExportState.WAITING


def test_one_worker_takes_it(ask):
    export = ask()
    assert take(export) and take(export) is None
    assert exports.due() == []


def test_what_a_dead_worker_began_is_begun_anew(ask, tickets):
    export = ask()
    dead = take(export)
    clock.advance(exports.LEASE + timedelta(seconds=1))
    made = is_made(export)
    assert made.state is ExportState.READY and made.folder != dead.folder


def test_whoever_was_only_slow_changes_nothing_any_more(ask, tickets):
    export = ask()
    slow = take(export)
    clock.advance(exports.LEASE + timedelta(seconds=1))
    made = is_made(export)
    with transaction():
        assert not exports.go_on(slow, 1) and not exports.fail(slow, exports.BROKEN)
    assert (made.state, made.done) == (ExportState.READY, 3)


def test_every_portion_renews_the_lease(ask):
    export = ask()
    task = take(export)
    for _portion in range(3):
        clock.advance(exports.LEASE / 2)
        with transaction():
            assert exports.go_on(task, 1)
    assert exports.due() == []


def test_what_three_workers_died_of_is_given_up(ask):
    export = ask()
    for _try in range(exports.MOST_TRIES):
        assert take(export)
        clock.advance(exports.LEASE + timedelta(seconds=1))
    made = is_made(export)
    assert (made.state, made.trouble) == (ExportState.FAILED, exports.BROKEN)


def test_when_the_program_ends_the_file_is_left_to_the_next(ask, tickets, monkeypatch, folder):
    export, told = ask(), exporting._Progress._tell
    monkeypatch.setattr(exporting._Progress, "_tell", lambda self: exporting.ENDING.set() or told(self))
    left = is_made(export)
    assert (left.state, left.tries, left.done) == (ExportState.WAITING, 0, 0)
    assert list(folder.iterdir()) == []


def full(*_args, **_options):
    raise OSError(28, "No space left on device")


def packed_full(*_args, **_options):
    raise FileCreateError(OSError(28, "No space left on device"))


@pytest.mark.parametrize(
    ("place", "refuses"),
    [("os.fsync", full), ("xlsxwriter.Workbook.close", packed_full), ("helpdesk.exporting.ticket_rows", full)],
)
def test_a_full_disk_is_told_and_leaves_nothing_behind(ask, tickets, monkeypatch, folder, place, refuses):
    export = ask()
    monkeypatch.setattr(place, refuses)
    made = is_made(export)
    assert (made.state, made.trouble) == (ExportState.FAILED, exports.NO_ROOM)
    assert list(folder.iterdir()) == []


def test_the_last_room_on_the_disk_is_left_to_tickets(ask, tickets, monkeypatch):
    monkeypatch.setattr(exports, "ROOM_LEFT", 2**62)
    assert is_made(ask()).trouble == exports.NO_ROOM


def test_what_goes_wrong_otherwise_is_told_and_logged_and_does_not_hold_up_the_next(
    ask, tickets, monkeypatch, folder, caplog
):
    broken, good, sheet = ask(), ask(locale="en"), exporting.tickets_sheet
    answers = iter([lambda _rows: 1 / 0, sheet])
    monkeypatch.setattr(exporting, "tickets_sheet", lambda rows: next(answers)(rows))
    made = is_made(broken)
    assert (made.state, made.trouble) == (ExportState.FAILED, exports.BROKEN)
    assert db.session.get_one(Export, good.id).state is ExportState.READY
    assert "ZeroDivisionError" in caplog.text and len(list(folder.iterdir())) == 1


def test_a_file_is_removed_after_a_day(ask, tickets, folder):
    made = is_made(ask())
    clean_up()
    assert exports.file_of(made)
    clock.advance(exports.KEPT + timedelta(seconds=1))
    clean_up()
    assert (made.state, made.deleted_at) == (ExportState.REMOVED, clock.now())
    assert list(folder.iterdir()) == []


def test_what_a_dead_worker_left_on_the_disk_is_swept_away_and_what_is_in_the_making_is_not(ask, folder):
    making = exports.make_folder(take(ask()))
    (folder / "nobody").mkdir()
    clean_up()
    assert list(folder.iterdir()) == [making]


def test_a_file_is_its_owners_alone_and_it_is_written_down_who_took_it(ask, cast, tickets):
    made = is_made(ask())
    for other in (cast.anna, cast.kinga):
        with pytest.raises(NotFound):
            exports.fetch(other, made.id)
    with transaction():
        exports.fetch(cast.marek, made.id)
    of_it = sa.select(AuditEntry).where(AuditEntry.subject == f"export:{made.id}").order_by(AuditEntry.id)
    entries = db.session.scalars(of_it).all()
    assert [(entry.action, entry.user_id) for entry in entries] == [
        ("export_asked", cast.marek.id),
        ("export_fetched", cast.marek.id),
    ]
    assert entries[0].data == {"first": "2026-03-05", "last": "2026-03-11", "tickets": 3}
