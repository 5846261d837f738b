"""The recount finds what is wrong and mends it. That it finds nothing after any life of tickets: tests/life.py."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, recount, signs
from helpdesk.cli.recount import recount as command
from helpdesk.extensions import db
from helpdesk.health import program
from helpdesk.health.check import Verdict
from helpdesk.jobs import count_tickets
from helpdesk.models import CountedTicket, Figure, FigureDue
from helpdesk.models.codes import Category
from helpdesk.reports.recount import portions, recounted, set_right
from helpdesk.reports.tally import Tally
from helpdesk.transaction import transaction

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


def test_nobody_waits_for_a_recount_that_finds_nothing(file, monkeypatch):
    file(clock.now() - DAY, met_after=30)
    count_tickets()
    monkeypatch.setattr(recount, "transaction", lambda: pytest.fail("others were kept from writing"))
    monkeypatch.setattr(recount, "take_turn", lambda: pytest.fail("others were kept from folding"))
    assert recount.repair().is_right


def test_what_is_right_at_the_second_look_is_not_wrong(file, monkeypatch):
    file(clock.now() - DAY, met_after=30)
    count_tickets()
    damage(sa.delete(Figure))
    take_turn = recount.take_turn
    monkeypatch.setattr(recount, "take_turn", lambda: (take_turn(), set_right(missing())))
    assert recount.compare().is_right


def missing():
    """What a fold under way had not written at the first look."""
    return {slot: (Tally(), tally) for portion in portions() for slot, tally in recounted(portion).items()}


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
