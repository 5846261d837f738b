"""A random month in the life of tickets: filing, clicks, pauses, answers, merging, edits of policy and calendars,
and time that passes. `Life` is a machine of hypothesis. Changes of the figures are summed up at some moments
and only noted at others.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from helpdesk import clock, recount
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.jobs import count_tickets
from helpdesk.models import Calendar, Clock, ClockChange, FigureDue, SlaTarget, Ticket
from helpdesk.models.codes import AckVia, Category, ClockCause, Priority, TicketStatus
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.sla import reminders
from helpdesk.sla.calendars import business_calendar
from helpdesk.sla.clock import due_of
from helpdesk.sla.explanation import explain
from helpdesk.sla.ledger import history, state_of
from helpdesk.sla.retargeting import adopt
from helpdesk.tickets import conversation, lifecycle, merging, moving
from helpdesk.tickets.actor import of_reporter, of_user
from helpdesk.tickets.opening import open_ticket
from helpdesk.transaction import transaction
from tests import agreement
from tests.cast import make_cast
from tests.conftest import WEDNESDAY, empty_tables
from tests.drafts import draft
from tests.hours import does

which = st.integers(0, 99)
priorities, categories = st.sampled_from(Priority), st.sampled_from([Category.HATE, Category.OTHER])
OPENING = st.sampled_from([["08:00", "16:00"], ["07:00", "19:00"], ["10:00", "12:00"], ["22:00", "06:00"]])


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        db.session.remove()
        empty_tables()
        clock.freeze(WEDNESDAY)
        self.cast = make_cast()
        self.anna = of_user(self.cast.anna)
        self.ledger: tuple[tuple[object, ...], ...] = ()
        self.file(Priority.NORMAL, Category.OTHER)

    # What people do.

    @rule(priority=priorities, category=categories)
    def file(self, priority: Priority, category: Category) -> None:
        self._click(open_ticket, draft(self.cast, priority=priority, category=category))

    @rule(number=which, to=priorities)
    def change_priority(self, number: int, to: Priority) -> None:
        self._click(lifecycle.change_priority, self._ticket(number), to, self.anna, "pomyłka")

    @rule(number=which, to=categories)
    def change_category(self, number: int, to: Category) -> None:
        self._click(lifecycle.change_category, self._ticket(number), to, self.anna)

    @rule(number=which, to=st.sampled_from(["anna", "beata"]))
    def assign(self, number: int, to: str) -> None:
        self._click(lifecycle.assign, self._ticket(number), getattr(self.cast, to), self.anna)

    @rule(number=which)
    def take(self, number: int) -> None:
        self._click(acknowledge, self._ticket(number), self.cast.anna, AckVia.PAGE)

    @rule(number=which, action=st.sampled_from([lifecycle.wait_for_unit, lifecycle.resume, lifecycle.resolve]))
    def act(self, number: int, action) -> None:
        self._click(action, self._ticket(number), self.anna)

    @rule(number=which)
    def reopen(self, number: int) -> None:
        ticket = self._ticket(number)
        self._click(lifecycle.reopen, ticket, of_reporter(ticket))

    @rule(number=which)
    def answer(self, number: int) -> None:
        self._click(conversation.reply, self._ticket(number), self.anna, "Sprawdzamy.")

    @rule(number=which)
    def write(self, number: int) -> None:
        self._click(conversation.write_as_reporter, self._ticket(number), "Dalej nie działa")

    @rule(number=which, into=which)
    def merge(self, number: int, into: int) -> None:
        self._click(merging.merge, self._ticket(number), self._ticket(into).number, self.cast.anna)

    @rule(number=which, to=st.sampled_from(["osp", "school", "library"]))
    def move(self, number: int, to: str) -> None:
        self._click(moving.move_ticket, self._ticket(number), getattr(self.cast, to), self.cast.anna)

    # What managers edit.

    @rule(hours=OPENING, closed=st.integers(11, 31))
    def edit_the_calendar(self, hours: list[str], closed: int) -> None:
        self._click(self._replace_calendar, hours, f"2026-03-{closed}")

    @rule(number=which, minutes=st.sampled_from([15, 60, 480, 1440, 4000]), category=st.none() | categories)
    def edit_a_target(self, number: int, minutes: int, category: Category | None) -> None:
        self._click(self._change_target, number, minutes, category)

    # What happens by itself.

    @rule(minutes=st.integers(1, 60) | st.integers(60, 5000))
    def time_passes(self, minutes: int) -> None:
        clock.advance(timedelta(minutes=minutes))

    @precondition(lambda self: reminders.due())
    @rule()
    def remind(self) -> None:
        for clock_id in reminders.due():
            does(reminders.remind, clock_id)

    @rule()
    def sum_up(self) -> None:
        count_tickets()

    # What always holds.

    @invariant()
    def the_recount_finds_nothing_but_what_is_noted(self) -> None:
        found = recount.compare()
        assert found.is_right, found.examples

    @invariant()
    def due_follows_from_the_last_row_of_the_ledger_and_the_pauses(self) -> None:
        for row in self._clocks():
            last = history(row)[-1].after
            start = datetime.fromisoformat(last["started_at"])
            calendar = db.session.get_one(Calendar, last["calendar_id"])
            assert (start, last["minutes"], calendar) == (row.started_at, row.minutes, row.calendar)
            assert last["state"] == state_of(row)
            if row.is_running:
                assert row.due_at == due_of(row, business_calendar(calendar), start, last["minutes"])

    @invariant()
    def the_ledger_only_grows(self) -> None:
        query = sa.select(ClockChange.id, ClockChange.at, ClockChange.cause, ClockChange.after)
        rows = tuple(map(tuple, db.session.execute(query.order_by(ClockChange.id))))
        assert rows[: len(self.ledger)] == self.ledger
        self.ledger = rows

    @invariant()
    def the_earliest_due_time_stands_beside_the_ticket(self) -> None:
        for ticket in self._tickets():
            dues = [row.due_at for row in ticket.clocks if row.is_running and row.due_at]
            assert ticket.next_due_at == min(dues, default=None)

    @invariant()
    def states_of_ticket_and_clocks_agree(self) -> None:
        for row in self._clocks():
            assert (row.business_minutes is None) == (row.met_at is None)
            if row.met_at is None and row.stopped_at is None:
                assert row.ticket.is_open
                assert (row.paused_at is not None) == (row.ticket.status is TicketStatus.WAITING)
            if row.ticket.merged_into is not None:
                assert row.breached_at is None or row.breached_at <= (row.stopped_at or row.met_at)

    @invariant()
    def explanations_add_up(self) -> None:
        for row in self._clocks():
            found = explain(row)
            is_counted_out = row.paused_at is None and row.stopped_at is None
            if is_counted_out and due_of(row, business_calendar(row.calendar), row.started_at, row.minutes):
                assert found.total == found.budget

    def teardown(self) -> None:
        agreement.every_page_counts_the_same(self.cast)
        count_tickets()
        agreement.every_page_counts_the_same(self.cast)
        assert db.session.scalar(sa.select(sa.func.count(FigureDue.id))) == 0
        self.the_recount_finds_nothing_but_what_is_noted()

    def _click(self, action, *args) -> None:
        in_time = {row.id for row in self._clocks() if not _is_late(row)}
        try:
            with transaction():
                action(*args)
        except NotAllowed:
            db.session.rollback()
        late = [row for row in self._clocks() if row.id in in_time and _is_late(row)]
        assert late == []

    def _tickets(self) -> list[Ticket]:
        return list(db.session.scalars(sa.select(Ticket).order_by(Ticket.id)))

    def _ticket(self, number: int) -> Ticket:
        tickets = self._tickets()
        return tickets[number % len(tickets)]

    def _clocks(self) -> list[Clock]:
        return list(db.session.scalars(sa.select(Clock).order_by(Clock.id)))

    def _replace_calendar(self, hours: list[str], closed: str) -> None:
        old = db.session.query(Calendar).filter_by(replaced_at=None, always_open=False).one()
        old.replaced_at = clock.now()
        db.session.flush()
        weekly = {str(day): [hours] for day in range(5)}
        new = Calendar(name=old.name, weekly_hours=weekly, closed_days=[closed], replaces_id=old.id)
        db.session.add(new)
        db.session.flush()
        db.session.execute(sa.update(SlaTarget).filter_by(calendar_id=old.id).values(calendar_id=new.id))
        self._adopt(ClockCause.CALENDAR)

    def _change_target(self, number: int, minutes: int, category: Category | None) -> None:
        targets = db.session.query(SlaTarget).order_by(SlaTarget.id).all()
        chosen = targets[number % len(targets)]
        chosen.minutes = minutes
        taken = {(t.kind, t.priority, t.category) for t in targets if t is not chosen}
        if (chosen.kind, chosen.priority, category) not in taken:
            chosen.category = category
        self._adopt(ClockCause.POLICY)

    def _adopt(self, cause: ClockCause) -> None:
        db.session.flush()
        db.session.expire_all()
        for ticket in self._tickets():
            adopt(ticket, cause, self.anna)


def _is_late(row: Clock) -> bool:
    """Paused too: as if it ran on now."""
    if row.met_at is not None or row.stopped_at is not None:
        return False
    due_at = due_of(row, business_calendar(row.calendar), row.started_at, row.minutes)
    return due_at is not None and due_at < clock.now()
