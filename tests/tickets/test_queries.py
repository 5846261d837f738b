"""The desk's lists: order, filters, keys; and that closed tickets cost nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, Ticket
from helpdesk.models.codes import Category, Priority, SlaTargetKind, TicketStatus
from helpdesk.sla.clock import start_clocks
from helpdesk.tickets import queries
from helpdesk.tickets.paging import Page
from helpdesk.tickets.queries import NOBODY
from helpdesk.tickets.wanted import Outcome, Span, Wanted
from helpdesk.transaction import transaction
from tests.conftest import WEDNESDAY
from tests.factories import make_ticket

EVERYTHING = sa.true()
OPEN = Wanted()
ALL = Wanted(status=Span.ALL)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def summaries(page: Page) -> list[str]:
    return [ticket.summary for ticket in page.tickets]


def due(wanted: Wanted = OPEN, after: str = "", size: int = 30) -> Page:
    return queries.due_page(wanted, EVERYTHING, after=after, size=size)


def history(wanted: Wanted = ALL, after: str = "", size: int = 30) -> Page:
    return queries.history_page(wanted, EVERYTHING, after=after, size=size)


def read_to_the_end(turn_page, size: int) -> list[str]:
    found, key = [], ""
    while True:
        page = turn_page(after=key, size=size)
        found += summaries(page)
        if not (key := page.next_key):
            return found


def make_three_due(cast) -> None:
    now = clock.now()
    make_ticket(cast, summary="paused", status=TicketStatus.WAITING)
    make_ticket(cast, summary="later", next_due_at=now + hours(5))
    make_ticket(cast, summary="late", next_due_at=now - hours(1))


def test_what_is_due_next_stands_first_and_paused_tickets_last(cast):
    make_three_due(cast)
    assert summaries(due()) == ["late", "later", "paused"]


def test_finished_tickets_are_not_on_the_desk(cast):
    make_ticket(cast, status=TicketStatus.RESOLVED, next_due_at=clock.now())
    assert summaries(due()) == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_any_size_show_every_open_ticket_once(cast, size):
    make_three_due(cast)
    make_ticket(cast, summary="same time", next_due_at=clock.now() + hours(5))
    make_ticket(cast, summary="paused too", status=TicketStatus.WAITING)
    assert read_to_the_end(due, size) == ["late", "later", "same time", "paused", "paused too"]


@pytest.mark.parametrize("size", [1, 2])
def test_pages_of_the_history_show_every_ticket_once_the_newest_first(cast, size):
    for age in (3, 1, 2, 2):
        make_ticket(cast, summary=f"{age} h", created_at=clock.now() - hours(age), status=TicketStatus.CLOSED)
    assert read_to_the_end(history, size) == ["1 h", "2 h", "2 h", "3 h"]


@pytest.mark.parametrize("key", ["nonsense", "_", "x_1", "2026-03-11_5", "2026-03-11T09:00:00_5", "_-1"])
def test_a_key_that_is_not_ours_starts_from_the_top(cast, key):
    make_ticket(cast, summary="here", next_due_at=clock.now())
    assert summaries(due(after=key)) == summaries(history(after=key)) == ["here"]


def test_filters_narrow_the_list(cast):
    make_ticket(cast, summary="other")
    make_ticket(
        cast,
        summary="wanted",
        unit=cast.library,
        category=Category.HATE,
        priority=Priority.URGENT,
        status=TicketStatus.IN_PROGRESS,
        assignee=cast.anna,
    )
    for wanted in (
        {"category": Category.HATE},
        {"priority": Priority.URGENT},
        {"status": TicketStatus.IN_PROGRESS},
        {"municipality_id": cast.brzezina.id},
        {"unit_id": cast.library.id},
        {"assignee_id": cast.anna.id},
    ):
        assert summaries(due(Wanted(**wanted))) == ["wanted"], wanted
        assert summaries(history(Wanted(**({"status": Span.ALL} | wanted)))) == ["wanted"], wanted


def test_tickets_that_nobody_has_can_be_found(cast):
    make_ticket(cast, summary="taken", assignee=cast.anna)
    make_ticket(cast, summary="free")
    assert summaries(due(Wanted(assignee_id=NOBODY))) == ["free"]


@pytest.mark.parametrize(
    "text", ["Łąka", "łąka", "ŁĄKA", "ZALANA ŁĄKA", "zalana łąka", "OR.0632", "or.0632", "-0002"]
)
def test_the_search_finds_by_number_summary_and_case_number(cast, text):
    make_ticket(cast, summary="other")
    make_ticket(cast, summary="Zalana łąka", case_number="OR.0632.1", number="MOD-2026-0002")
    make_ticket(cast, summary="Łąka", number="MOD-2026-1002", status=TicketStatus.CLOSED)
    assert summaries(due(Wanted(text=text))) == ["Zalana łąka"]


def test_percent_signs_in_a_search_are_taken_literally(cast):
    make_ticket(cast, summary="100 procent")
    assert summaries(due(Wanted(text="%"))) == []


def test_the_history_is_cut_by_day(cast):
    for age in (1, 3, 5):
        make_ticket(cast, summary=f"{age} h", created_at=clock.now() - hours(age))
    wanted = Wanted(status=Span.ALL, since=clock.now() - hours(4), until=clock.now() - hours(1))
    assert summaries(history(wanted)) == ["3 h"]


def with_clock(cast, summary: str, met: float | None, *, breached: bool) -> None:
    ticket = make_ticket(cast, summary=summary)
    with transaction():
        start_clocks(ticket)
        row = db.session.scalars(sa.select(Clock).filter_by(ticket_id=ticket.id, kind="resolve")).one()
        row.met_at = clock.now() + hours(met) if met is not None else None
        row.breached_at = row.due_at if breached else None


def make_overdue(cast) -> None:
    """Late, though no job has noted the breach yet."""
    with_clock(cast, "overdue", None, breached=False)
    with transaction():
        row = db.session.scalars(sa.select(Clock).order_by(Clock.id.desc()).filter_by(kind="resolve")).first()
        row.due_at = clock.now() - hours(1)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.MET, ["in time"]),
        (Outcome.LATE, ["late"]),
        (Outcome.BREACHED, ["breached", "late", "overdue"]),
        (Outcome.RUNNING, ["running"]),
    ],
)
def test_tickets_are_found_by_what_became_of_a_target(cast, outcome, expected):
    with_clock(cast, "in time", 1, breached=False)
    with_clock(cast, "late", 90, breached=True)
    with_clock(cast, "breached", None, breached=True)
    with_clock(cast, "running", None, breached=False)
    make_overdue(cast)
    wanted = Wanted(status=Span.ALL, target=SlaTargetKind.RESOLVE, outcome=outcome)
    assert sorted(summaries(history(wanted))) == expected


def test_alerts_are_urgent_tickets_that_nobody_has_taken_due_next_first(cast):
    urgent = {"priority": Priority.URGENT}
    make_ticket(cast, summary="later", next_due_at=clock.now() + hours(2), **urgent)
    make_ticket(cast, summary="sooner", next_due_at=clock.now() + hours(1), **urgent)
    make_ticket(cast, summary="taken", assignee=cast.anna, **urgent)
    make_ticket(cast, summary="done", status=TicketStatus.RESOLVED, **urgent)
    make_ticket(cast, summary="normal")
    assert [t.summary for t in queries.unanswered_alerts(EVERYTHING)] == ["sooner", "later"]


def test_a_person_sees_the_urgent_tickets_they_have_taken(cast):
    make_ticket(cast, summary="mine", priority=Priority.URGENT, assignee=cast.anna)
    make_ticket(cast, summary="hers", priority=Priority.URGENT, assignee=cast.beata)
    assert [t.summary for t in queries.held_urgent(cast.anna.id)] == ["mine"]


def test_every_open_state_is_counted(cast):
    make_ticket(cast)
    make_ticket(cast, unit=cast.library)
    make_ticket(cast, status=TicketStatus.WAITING)
    make_ticket(cast, status=TicketStatus.CLOSED)
    assert list(queries.count_open(OPEN, EVERYTHING).values()) == [2, 0, 0, 1]
    assert queries.count_open(Wanted(unit_id=cast.library.id), EVERYTHING)[TicketStatus.NEW] == 1


def test_many_open_tickets_are_not_counted_by_their_words(cast, monkeypatch):
    monkeypatch.setattr(queries, "LOOKED_INTO", 1)
    make_ticket(cast, summary="Festyn")
    assert queries.count_open(Wanted(text="festyn"), EVERYTHING)[TicketStatus.NEW] == 1
    make_ticket(cast, summary="Festyn")
    assert queries.count_open(Wanted(text="festyn"), EVERYTHING) == {}
    assert queries.count_open(Wanted(), EVERYTHING)[TicketStatus.NEW] == 2


def test_a_municipality_is_found_by_id_code_and_name(cast):
    for text in (str(cast.brzezina.id), "brz", "BRZ", "Brzezina", "brzezina"):
        assert queries.find_municipalities(text) == [cast.brzezina]
    assert queries.find_municipalities("nowhere") == []


def test_municipalities_are_offered_by_any_part_of_name_or_code(cast):
    for text in ("brz", "BRZ", "rzezi", "zina"):
        assert queries.municipalities_like(text) == [cast.brzezina]
    assert queries.municipalities_like("nowhere") == []


def statements_of(app, run) -> list[tuple[str, object]]:
    """The SELECTs that `run` sends, with their parameters."""
    seen = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    run()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return [pair for pair in seen if pair[0].lstrip().startswith("SELECT")]


@pytest.fixture
def closed_tickets(cast):
    """A thousand closed tickets, one a minute, known to PostgreSQL's planner."""
    make_ticket(cast)
    first = db.session.execute(sa.select(Ticket.__table__)).mappings().one()
    done = {"status": TicketStatus.CLOSED, "resolved_at": clock.now()}
    rows = [
        dict(first, id=first["id"] + n, number=f"X-{n}", created_at=clock.now() - timedelta(minutes=n), **done)
        for n in range(2, 1002)
    ]
    with transaction():
        db.session.execute(sa.insert(Ticket), rows)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE ticket")


def plan_of(statement: str, parameters) -> str:
    """How the database goes about it, where no sorting is worth its while: few rows are sorted as fast as read."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_sort = off"))
    explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    rows = db.session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
    return "\n".join(str(row) for row in rows)


@pytest.mark.parametrize(
    "run",
    [
        lambda: due(),
        lambda: due(Wanted(municipality_id=1, unit_id=1, assignee_id=1, text="x")),
        lambda: due(after="2026-03-11T09:00:00+00:00_5"),
        lambda: queries.count_open(Wanted(municipality_id=1), EVERYTHING),
        lambda: queries.held_urgent(1),
    ],
)
def test_open_tickets_are_found_without_walking_past_closed_ones(app, closed_tickets, run):
    statements = statements_of(app, run)
    assert statements
    for statement, parameters in statements:
        assert "ix_ticket_open_due" in plan_of(statement, parameters), statement


def test_unanswered_alerts_are_found_without_walking_past_answered_ones(app, closed_tickets):
    [(statement, parameters)] = statements_of(app, lambda: queries.unanswered_alerts(EVERYTHING))
    assert "ix_ticket_unanswered" in plan_of(statement, parameters), statement


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(status=Span.ALL, category=Category.HELD_POST), "ix_ticket_created"),
        (Wanted(status=Span.FINISHED, municipality_id=1), "ix_ticket_municipality_created"),
        (Wanted(status=TicketStatus.CLOSED, unit_id=1), "ix_ticket_unit_created"),
        (Wanted(status=Span.ALL, since=WEDNESDAY, outcome=Outcome.BREACHED), "ix_ticket_created"),
    ],
)
def test_the_history_is_read_in_the_order_of_an_index(app, closed_tickets, wanted, index):
    [(statement, parameters)] = statements_of(app, lambda: history(wanted, after="2026-03-11T09:00:00+00:00_5"))
    plan = plan_of(statement, parameters)
    # PostgreSQL knows that all of them are of one unit, and may take the general index.
    assert index in plan or "ix_ticket_created" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan


def test_a_row_needs_no_query_of_its_own(app, cast):
    for unit in (cast.osp, cast.school, cast.library):
        make_ticket(cast, unit=unit, assignee=cast.anna, status=TicketStatus.IN_PROGRESS)
    db.session.expunge_all()

    def show() -> None:
        for ticket in history().tickets:
            assert ticket.unit.municipality.name and ticket.assignee.name

    assert len(statements_of(app, show)) == 1


def test_a_text_is_looked_for_piece_by_piece(cast, monkeypatch):
    monkeypatch.setattr(queries, "SEARCHED_AT_ONCE", 3)
    for days in range(8):
        summary = "Żywopłot" if days in (0, 7) else "Inne"
        make_ticket(cast, created_at=clock.now() - timedelta(days=days), summary=summary)
    found, key = [], "from the top"
    while key:
        page = history(Wanted(status=Span.ALL, text="żywopłot"), after=key)
        found.append((len(page.tickets), page.searched_back_to is not None))
        key = page.next_key
    assert found == [(1, True), (0, True), (1, False)]
