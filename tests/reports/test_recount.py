"""The recount finds what is wrong and mends it; after any life of tickets it finds nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from helpdesk import clock, recount, signs
from helpdesk.cli.recount import recount as command
from helpdesk.extensions import db
from helpdesk.health import program
from helpdesk.health.check import Verdict
from helpdesk.jobs import count_tickets, send_reminders
from helpdesk.models import CountedTicket, Figure, FigureDue, Ticket
from helpdesk.models.codes import Category, Priority
from helpdesk.tickets import lifecycle
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.moving import move_ticket
from helpdesk.transaction import transaction
from tests.drafts import opened

DAY = timedelta(days=1)
DAMAGES = {
    "a summary says too much": lambda: sa.update(Figure).values(filed=Figure.filed + 1),
    "a summary is lost": lambda: sa.delete(Figure),
    "a ticket was never counted": lambda: sa.delete(CountedTicket),
    "a ticket was counted for something else": lambda: sa.update(CountedTicket).values(category=Category.HATE),
}


def damage(statement):
    with transaction():
        db.session.execute(statement)


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found_and_mended(file, what):
    for days in (1, 40):
        file(clock.now() - days * DAY, met_after=30)
    count_tickets()
    assert recount.compare().is_right
    damage(DAMAGES[what]())
    assert not recount.compare().is_right
    assert not recount.repair().is_right
    assert recount.compare().is_right


def test_a_ticket_that_waits_to_be_counted_is_not_wrong(file):
    file(clock.now() - DAY, met_after=30)
    assert recount.compare().is_right


def test_what_was_wrong_at_night_stands_on_the_health_page(file):
    file(clock.now() - DAY, met_after=30)
    count_tickets()
    recount.nightly()
    assert program.figures().verdict is Verdict.OK
    damage(sa.delete(Figure))
    clock.advance(DAY)
    recount.nightly()
    assert program.figures().verdict is Verdict.WARNING
    assert recount.compare().is_right


def test_it_is_counted_once_a_night(file, monkeypatch):
    recount.nightly()
    monkeypatch.setattr(recount, "repair", lambda: pytest.fail("counted again"))
    clock.advance(timedelta(hours=2))
    recount.nightly()
    assert signs.seen_at(signs.RECOUNT) is not None


def test_a_backlog_stands_on_the_health_page(cast):
    with transaction():
        db.session.add_all([FigureDue(ticket_id=n) for n in range(501)])
    assert program.figures().verdict is Verdict.WARNING


def test_the_command_says_what_is_wrong_and_repairs_it_when_told(app, file):
    file(clock.now() - DAY, met_after=30)
    count_tickets()
    damage(sa.update(Figure).values(filed=7))
    runner = app.test_cli_runner()
    from_shell = [runner.invoke(command, args) for args in ([], ["--repair"], [])]
    assert [answer.exit_code for answer in from_shell] == [1, 0, 0]
    assert "filed 7 instead of 1" in from_shell[0].output
    assert "say what the tickets say" in from_shell[2].output


class Life(RuleBasedStateMachine):
    """Tickets of the cast, from hand to hand; changes are summed up at some moments and only noted at others."""

    def __init__(self, cast):
        super().__init__()
        self.cast, self.by, self.ids = cast, of_user(cast.anna), []

    def some(self, n):
        return db.session.get_one(Ticket, self.ids[n % len(self.ids)])

    def act(self, rule_of_tickets, *args):
        with transaction():
            rule_of_tickets(*args)

    @rule(category=st.sampled_from(Category), priority=st.sampled_from(Priority))
    def file(self, category, priority):
        self.ids.append(opened(self.cast, category=category, priority=priority).id)

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 5), to=st.sampled_from(["anna", "beata"]))
    def assign(self, n, to):
        if self.some(n).is_open:
            self.act(lifecycle.assign, self.some(n), getattr(self.cast, to), self.by)

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 5), to=st.sampled_from(Priority))
    def change_priority(self, n, to):
        if self.some(n).is_open:
            self.act(lifecycle.change_priority, self.some(n), to, self.by, "bo tak")

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 5))
    def pause(self, n):
        if self.some(n).is_open:
            self.act(lifecycle.wait_for_unit, self.some(n), self.by)

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 5))
    def resolve_or_reopen(self, n):
        step = lifecycle.resolve if self.some(n).is_open else lifecycle.reopen
        self.act(step, self.some(n), self.by)

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 5), to=st.sampled_from(["osp", "library"]))
    def move(self, n, to):
        self.act(move_ticket, self.some(n), getattr(self.cast, to), self.cast.marek)

    @rule(hours=st.sampled_from([1, 9, 60, 900]))
    def time_passes(self, hours):
        clock.advance(timedelta(hours=hours))
        send_reminders()

    @rule()
    def sum_up(self):
        count_tickets()

    @invariant()
    def nothing_is_lost(self):
        found = recount.compare()
        assert found.is_right, found.examples

    def teardown(self):
        count_tickets()
        self.nothing_is_lost()
        assert db.session.scalar(sa.select(sa.func.count(FigureDue.id))) == 0


def test_after_any_life_the_summaries_are_right(cast):
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        lambda: Life(cast),
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=checks, database=None
        ),
    )
