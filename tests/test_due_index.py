"""What is due is found by the index of what is open or waits, however many rows run or have ended."""

import re

import sqlalchemy as sa

from helpdesk import outbox
from helpdesk.extensions import db
from helpdesk.models.codes import Channel
from helpdesk.notify.worker import REST
from helpdesk.oncall import escalation
from helpdesk.sla import reminders


def plan_of(ask) -> str:
    """How the database goes about the last question that `ask` puts, for whatever values are bound."""
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    statement, parameters = asked[-1]
    if db.engine.dialect.name == "sqlite":
        return str(db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    numbers = {name: f"${number}" for number, name in enumerate(parameters, 1)}
    db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are empty
    numbered = re.sub(r"%\((\w+)\)s", lambda found: numbers[found[1]], statement)
    return str(db.session.connection().exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {numbered}").all())


def test_due_alerts_are_found_by_their_index(app):
    assert "ix_escalation_next_step" in plan_of(escalation.due)


def test_due_attempts_are_found_by_their_index(app):
    assert "ix_attempt_due" in plan_of(lambda: outbox.has_due(Channel.SMS, REST))


def test_due_reminders_are_found_by_their_index(app):
    assert "ix_reminder_due" in plan_of(reminders.due)
