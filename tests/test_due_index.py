"""What is due is found by the index of what is open or waits, however many rows run or have ended."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from benchmarks.crowd import alert_letter, alerted_people, insert_notices
from benchmarks.stage import analyze
from helpdesk import clock, outbox
from helpdesk.app import create_app
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health.sent import recent
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import recordings
from helpdesk.models import (
    Attempt,
    Clock,
    Contact,
    DigestItem,
    Escalation,
    HotlineCall,
    Reminder,
    Schedule,
    ShiftNotice,
    Ticket,
    User,
    WarningTold,
)
from helpdesk.models.codes import AttemptState, Channel, EscalationState, HotlineState
from helpdesk.notify import reconcile
from helpdesk.notify.worker import REST
from helpdesk.oncall import contacts, expiry, in_vain, running_alerts, shift_notices, warning_letters
from helpdesk.oncall.live_call import is_looking_for_somebody
from helpdesk.oncall.nights import alerted_at_night
from helpdesk.reports.period import Period
from helpdesk.sla import digest, reminders
from helpdesk.transaction import transaction
from tests.cast import make_cast
from tests.conftest import DATABASES, make_settings, new_database

ALERTS, OPEN, NOTICES = 2_000, 20, 5_000
pytestmark = pytest.mark.usefixtures("lived")


@pytest.fixture(scope="module", params=DATABASES)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A database of its own that has been at work for a while and has counted its rows."""
    folder = tmp_path_factory.mktemp("lived")
    app = create_app(make_settings(new_database(request, folder, "lived"), folder))
    with app.app_context():
        db.create_all()
        make_cast()
        work_for_a_while()
        calls_and_shifts_of_years()
        analyze()
        yield
        db.session.remove()
        db.engine.dispose()


def work_for_a_while() -> None:
    """Thousands of alerts and notices that have ended (SMS delivered, mails sent), and a few that have not."""
    people = alerted_people(ALERTS)
    with transaction():
        for alerted in people[::5]:
            outbox.enqueue(alert_letter(alerted))
    insert_notices(NOTICES)
    past = clock.now() - timedelta(days=7)
    taken = {"sending_at": past, "accepted_at": past, "sent_at": past, "lease_until": past}
    ends = {
        Channel.SMS: {"state": AttemptState.DELIVERED, "finished_at": past},
        Channel.EMAIL: {"state": AttemptState.SENT},
    }
    with transaction():
        for channel, end in ends.items():
            old = sa.update(Attempt).where(Attempt.channel == channel, Attempt.notification_id % 100 != 0)
            db.session.execute(old.values(provider_sid=Attempt.id, **taken, **end))
        over = sa.update(Escalation).where(Escalation.id % (ALERTS // OPEN) != 0)
        db.session.execute(over.values(state=EscalationState.CLOSED, closed_at=past, next_step_at=None))
        asked = sa.update(Escalation).where(Escalation.id % (ALERTS // OPEN) == 1)
        db.session.execute(asked.values(ask_again_at=past))
        db.session.execute(sa.update(Reminder).where(Reminder.id % 100 != 0).values(done_at=past))
        digests_of_years(past)


def digests_of_years(past: datetime) -> None:
    """An item of every clock, most of them sent."""
    clocks, user = db.session.scalars(sa.select(Clock.id)), db.session.scalars(sa.select(User.id).limit(1)).one()
    items = [
        {
            "user_id": user,
            "clock_id": clock_id,
            "channel": Channel.EMAIL,
            "share": 50,
            "due_at": past,
            "sent_at": None if clock_id % 100 == 0 else past,
        }
        for clock_id in clocks
    ]
    db.session.execute(sa.insert(DigestItem), items)


def calls_and_shifts_of_years() -> None:
    """Thousands of calls, reminders and warnings of the past, a few of today."""
    past, now = clock.now() - timedelta(days=400), clock.now()
    over = {"state": HotlineState.OVER, "ended_at": past, "heard_at": past, "recording_next_at": None}
    live = {"state": HotlineState.MENU, "ended_at": None, "heard_at": now, "recording_next_at": now}
    tickets = list(db.session.scalars(sa.select(Ticket.id)))
    calls = [
        {"sid": f"CA{n}", "ticket_id": tickets[n], **(live if n % 100 == 0 else over)} for n in range(len(tickets))
    ]
    user, schedule = (db.session.scalars(sa.select(model.id).limit(1)).one() for model in (User, Schedule))
    whose = {"user_id": user, "schedule_id": schedule}
    starts = [now - timedelta(hours=8 * n) for n in range(NOTICES)]
    with transaction():
        db.session.execute(sa.insert(HotlineCall), calls)
        shifts = [
            whose | {"starts_at": at, "ends_at": at + timedelta(hours=8), "start_at": at, "confirmed_at": at}
            for at in starts
        ]
        db.session.execute(sa.insert(ShiftNotice), shifts)
        db.session.execute(sa.insert(WarningTold), [{"key": f"k{n}", "at": past} for n in range(NOTICES)])


def last_question(ask) -> tuple[str, dict]:
    """The last statement that `ask` puts, and its values."""
    asked = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    ask()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return asked[-1]


def plan_of(ask) -> str:
    """How the database goes about the last question that `ask` puts, for whatever values are bound."""
    statement, parameters = last_question(ask)
    if db.engine.dialect.name == "sqlite":
        return str(db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())
    numbers = {name: f"${number}" for number, name in enumerate(parameters, 1)}
    numbered = re.sub(r"%\((\w+)\)s", lambda found: numbers[found[1]], statement)
    return str(db.session.connection().exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {numbered}").all())


def found_by(ask) -> str:
    """The plan up to what is looked at row by row."""
    return plan_of(ask).split("Filter")[0].replace(" ", "")


def test_due_alerts_are_found_by_their_index():
    assert "ix_escalation_next_step" in plan_of(running_alerts.due)


def test_due_attempts_are_found_by_their_index():
    assert "ix_attempt_due" in plan_of(lambda: outbox.has_due(Channel.SMS, REST))


def test_a_flood_does_not_make_each_claim_read_what_was_ever_sent():
    """PostgreSQL counts on looking at all that is due, not at the first of it: with these values, not any."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no other plan")
    unsent = dict.fromkeys(("sending_at", "accepted_at", "sent_at", "finished_at", "lease_until", "provider_sid"))
    db.session.execute(
        sa.update(Attempt).where(Attempt.channel == Channel.SMS).values(state=AttemptState.DUE, **unsent)
    )
    db.session.execute(sa.text("ANALYZE"))
    statement, values = last_question(lambda: outbox.has_due(Channel.SMS, REST))
    plan = str(db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).all())
    db.session.rollback()
    assert "hashed" not in plan and "Seq Scan" not in plan


def test_unconfirmed_sms_are_found_by_the_alerts_that_are_open():
    plan = found_by(in_vain.unconfirmed)
    assert "ix_escalation_next_step" in plan or "lease_until>" in plan


def test_silent_attempts_are_found_by_state_and_age():
    assert "lease_until>" in found_by(reconcile.ask_about_silent)


def test_recent_attempts_are_found_by_their_notifications():
    assert "notification_id>" in found_by(lambda: recent(AttemptState.SENT))


def test_a_test_of_a_phone_is_found_by_its_person():
    contact = db.session.scalars(sa.select(Contact).limit(1)).one()
    contact.broken_at = clock.now()
    assert "ix_notification_user_id" in plan_of(lambda: contacts.last_test(contact))


def test_due_reminders_are_found_by_their_index():
    assert "ix_reminder_due" in plan_of(reminders.due)


def test_due_digests_are_found_by_their_index():
    assert "ix_digest_item_due" in plan_of(digest.due)


def test_holders_to_ask_again_are_found_by_their_index():
    assert "ix_escalation_ask_again" in plan_of(expiry.due)


def test_calls_that_fell_silent_are_found_by_their_index():
    assert "ix_hotline_call_live" in plan_of(hotline.silent)


def test_messages_of_callers_are_found_by_their_index():
    assert "ix_hotline_call_recording" in plan_of(recordings.due)


def test_a_call_that_looks_for_somebody_is_found_by_its_ticket():
    assert "ix_hotline_call_ticket_id" in plan_of(lambda: is_looking_for_somebody(1))


def test_reminders_of_shifts_are_found_by_the_time_of_the_shift():
    assert "ix_shift_notice_starts_at" in plan_of(shift_notices.due)


def test_warnings_that_were_told_are_found_by_their_keys():
    plan = plan_of(lambda: warning_letters._known(["a", "b"], clock.now()))
    assert "pk_warning_told" in plan or "sqlite_autoindex_warning_told" in plan


def test_alerts_at_night_are_found_by_their_nights():
    nights = Period(date(2026, 3, 5), date(2026, 3, 11), settings().zone)
    assert "ix_attempt_alerted" in plan_of(lambda: alerted_at_night(nights))
