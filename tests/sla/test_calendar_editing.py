"""Calendars are replaced, never changed; open tickets follow, finished ones do not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Calendar, ClockChange, FollowUp
from helpdesk.models.codes import ClockCause
from helpdesk.sla import following
from helpdesk.sla.calendar_editing import add_calendar, all_calendars, change_calendar, draft_of, facts_of
from helpdesk.sla.calendars import business_calendar
from helpdesk.sla.editing import version_of
from helpdesk.sla.opening_days import Why, opening_days
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import opened

LATE = {str(day): [["12:00", "20:00"]] for day in range(5)}


@pytest.fixture
def office(cast):
    return db.session.scalars(sa.select(Calendar).filter_by(always_open=False)).one()


def change(row, by, **changes):
    draft = draft_of(row)
    with transaction():
        return change_calendar(row, replace(draft, **changes), version_of(facts_of(draft)), by)


def follow_all():
    for each in following.due():
        with transaction():
            following.follow(each)


def test_an_edit_makes_a_new_row_and_the_targets_go_with_it(cast, promises, office):
    change(office, cast.marek, weekly_hours=LATE)
    new = next(row for row in all_calendars() if not row.always_open)
    assert (new.replaces_id, office.weekly_hours["0"]) == (office.id, [["08:00", "16:00"]])
    assert {target.calendar_id for target in promises.targets if target.priority == "normal"} == {new.id}


def test_an_open_ticket_follows_in_the_job_and_the_ledger_says_why(cast, ticket, row, office):
    before = row.due_at
    change(office, cast.marek, weekly_hours=LATE)
    assert (row.due_at, following.still_to_come()) == (before, 1)
    follow_all()
    assert row.due_at != before
    assert following.still_to_come() == 0
    last = db.session.scalars(sa.select(ClockChange).order_by(ClockChange.id.desc())).first()
    assert (last.cause, last.actor_id) == (ClockCause.CALENDAR, cast.marek.id)


def test_a_finished_ticket_never_follows(cast, ticket, row, office):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    change(office, cast.marek, weekly_hours=LATE)
    assert db.session.scalars(sa.select(FollowUp)).all() == []
    assert row.calendar is office


def test_following_twice_changes_nothing(cast, ticket, row, office):
    change(office, cast.marek, weekly_hours=LATE)
    waiting = following.due()
    follow_all()
    due = row.due_at
    with transaction():
        following.follow(waiting[0])
    assert row.due_at == due


def test_a_ticket_of_a_policy_on_another_calendar_does_not_wait(cast, promises, office):
    ticket = opened(cast)  # urgent, round the clock
    other = add(cast.marek, "Weekendy")
    change(other, cast.marek, weekly_hours=LATE)
    assert ticket.is_open and following.still_to_come() == 0


def add(by, name, **changes):
    with transaction():
        return add_calendar(replace(draft_of(all_calendars()[-1]), name=name, weekly_hours=LATE, **changes), by)


def test_whoever_began_with_an_older_version_does_not_overwrite(cast, office):
    seen = version_of(facts_of(draft_of(office)))
    change(office, cast.marek, weekly_hours=LATE)
    new = next(row for row in all_calendars() if not row.always_open)
    for row in (office, new):
        with pytest.raises(NotAllowed, match="changed_meanwhile"), transaction():
            change_calendar(row, draft_of(office), seen, cast.marek)


def test_a_new_name_alone_moves_nothing(cast, ticket, office):
    assert change(office, cast.marek, name="Biuro") is None
    assert (office.name, office.replaced_at, following.still_to_come()) == ("Biuro", None, 0)


REFUSED = {
    "name_in_use": {"name": "24/7"},
    "unknown_zone": {"time_zone": "Europe/Modrzewie"},
    "never_open": {"weekly_hours": {}},
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_makes_no_sense_is_refused(cast, office, code):
    with pytest.raises(NotAllowed, match=code):
        change(office, cast.marek, **REFUSED[code])
    assert office.replaced_at is None


def test_only_a_manager_changes_a_calendar(cast, office):
    with pytest.raises(NotAllowed, match="not_manager"):
        change(office, cast.anna, weekly_hours=LATE)


def test_the_record_says_who_changed_what(cast, office):
    change(office, cast.marek, closed_days=["2026-05-04"])
    entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="sla_calendar_changed")).one()
    assert (entry.user_id, entry.data["before"]["closed_days"], entry.data["after"]["closed_days"]) == (
        cast.marek.id,
        [],
        ["2026-05-04"],
    )


def test_the_days_shown_are_those_that_the_clock_counts(cast, office):
    rules = {"closed_days": ["2026-04-27"], "exceptions": {"2026-05-02": [["10:00", "14:00"]]}}
    change(office, cast.marek, worked_holidays=["Święto Państwowe"], **rules)
    row = next(row for row in all_calendars() if not row.always_open)
    days = {each.day: each for each in opening_days(row, date(2026, 4, 27), 10)}
    assert [days[date(2026, 4, 27)].why, days[date(2026, 5, 2)].why] == [Why.CLOSED, Why.EXCEPTION]
    assert [days[date(2026, 5, 1)].why, days[date(2026, 5, 3)].why] == [Why.USUAL, Why.HOLIDAY]
    calendar, start = business_calendar(row), clock.now().replace(year=2026, month=4, day=26, hour=22, minute=0)
    hours = sum(len(each.hours) and (4 if each.why is Why.EXCEPTION else 8) for each in days.values())
    assert calendar.elapsed(start, start + timedelta(days=10)) == timedelta(hours=hours)
