"""What is due is found by the index of what is open or waits, however many rows run or have ended."""

import re

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.health.sent import recent
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify import reconcile
from helpdesk.notify.worker import REST
from helpdesk.oncall import contacts, escalation
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


def found_by(ask) -> str:
    """The plan up to what is looked at row by row."""
    return plan_of(ask).split("Filter")[0].replace(" ", "")


def test_due_alerts_are_found_by_their_index(app):
    assert "ix_escalation_next_step" in plan_of(escalation.due)


def test_due_attempts_are_found_by_their_index(app):
    assert "ix_attempt_due" in plan_of(lambda: outbox.has_due(Channel.SMS, REST))


def test_unconfirmed_sms_are_found_by_the_alerts_that_are_open(app):
    plan = found_by(escalation.unconfirmed)
    assert "ix_escalation_next_step" in plan or "lease_until>" in plan


def test_silent_attempts_are_found_by_state_and_age(app):
    assert "lease_until>" in found_by(reconcile.ask_about_silent)


def test_recent_attempts_are_found_by_their_notifications(app):
    assert "notification_id>" in found_by(lambda: recent(AttemptState.SENT))


def test_a_test_of_a_phone_is_found_by_its_person(app, cast):
    cast.jan.contacts[0].broken_at = clock.now()
    assert "ix_notification_user_id" in plan_of(lambda: contacts.last_test(cast.jan.contacts[0]))


def test_due_reminders_are_found_by_their_index(app):
    assert "ix_reminder_due" in plan_of(reminders.due)
