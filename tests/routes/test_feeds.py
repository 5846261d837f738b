"""Calendars to subscribe to: their addresses, and what a calendar program reads there."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db, limiter
from helpdesk.models import AuditEntry, Override, Rotation, RotationMember, Schedule
from helpdesk.models.codes import OverrideKind, RotationKind
from helpdesk.oncall import feeds
from helpdesk.transaction import transaction
from tests.conftest import sign_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)  # 8:00 in Warsaw: Anna's shift begins


@pytest.fixture
def own(cast):
    """The address of Anna's calendar."""
    with transaction():
        feeds.renew_own(cast.anna, cast.anna)
    return address("people", cast.anna)


@pytest.fixture
def everybody(cast):
    with transaction():
        feeds.renew_schedules(cast.schedule, cast.marek)
    return address("schedules", cast.schedule)


def address(kind, owner):
    return f"/calendars/{kind}/{owner.id}/{owner.feed_secret}.ics"


def events(client, path):
    """By their beginning."""
    answer = client.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    return {event.start: event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def change(cast, since, until, **row):
    with transaction():
        db.session.add(Override(schedule_id=cast.schedule.id, starts_at=since, ends_at=until, **row))
        db.session.add(AuditEntry(action="override_added", user_id=cast.marek.id))


def test_my_calendar_has_my_shifts_from_thirty_days_back_to_120_ahead(client, own):
    found = events(client, own)
    assert len(found) == 37 and min(found) == TODAY - 28 * DAY and max(found) == TODAY + 116 * DAY - HOUR
    assert {event.end - event.start for event in found.values()} <= {23 * HOUR, 24 * HOUR}
    assert {str(event["SUMMARY"]) for event in found.values()} == {"Mój dyżur: Dyżur"}


def test_shifts_of_all_schedules_stand_in_my_calendar(client, cast, own):
    rows = [RotationMember(position=0, user=cast.anna)]
    weekly = Rotation(kind=RotationKind.WEEKLY, starts_at=TODAY + HOUR, members=rows)
    weekly.weekly_hours = {"5": [["10:00", "12:00"]]}
    with transaction():
        db.session.add(Schedule(name="Soboty", rotations=[weekly]))
    assert "Mój dyżur: Soboty" in {str(event["SUMMARY"]) for event in events(client, own).values()}


def test_a_shift_keeps_its_uid_when_its_end_moves_or_a_name_changes(client, cast, own):
    before = events(client, own)[TODAY]
    change(cast, TODAY + 20 * HOUR, TODAY + DAY, user=cast.celina)
    with transaction():
        cast.anna.name = "Anna Zamężna"
    after = events(client, own)[TODAY]
    assert after.end == TODAY + 20 * HOUR != before.end
    assert after["UID"] == before["UID"]


def test_the_sequence_grows_with_a_change_and_not_without(client, cast, own):
    first = events(client, own)[TODAY]
    clock.advance(timedelta(minutes=5))
    same = events(client, own)[TODAY]
    change(cast, TODAY + 20 * HOUR, TODAY + DAY, user=cast.celina)
    changed = events(client, own)[TODAY]
    assert same["SEQUENCE"] == first["SEQUENCE"] < changed["SEQUENCE"]
    assert (same["DTSTAMP"].dt, changed["LAST-MODIFIED"].dt) == (first["DTSTAMP"].dt, clock.now())


def test_uids_are_unique_and_survive_the_days(client, everybody):
    before = {start: event["UID"] for start, event in events(client, everybody).items()}
    clock.advance(3 * DAY)
    after = {start: event["UID"] for start, event in events(client, everybody).items()}
    assert len(set(after.values())) == len(after)
    assert all(after[start] == before[start] for start in before.keys() & after.keys())


def test_somebody_always_on_duty_has_one_event_with_one_uid(client, cast, own):
    with transaction():
        del cast.schedule.rotations[0].members[1:]
    [before] = events(client, own).values()
    clock.advance(DAY)
    [after] = events(client, own).values()
    assert before["UID"] == after["UID"]


def test_a_schedules_calendar_names_everybody_and_the_gaps(client, cast, everybody):
    change(cast, TODAY + 4 * HOUR, TODAY + 6 * HOUR, kind=OverrideKind.REMOVE, instead_of=cast.anna)
    found = events(client, everybody)
    names = [str(found[at]["SUMMARY"]) for at in (TODAY, TODAY + 4 * HOUR, TODAY + DAY)]
    assert names == ["Anna Testowa", "Nikt nie ma dyżuru", "Beata Testowa"]


def test_an_empty_schedule_is_an_empty_calendar(client, cast):
    with transaction():
        empty = Schedule(name="pusty", feed_secret="s" * 43)
        db.session.add(empty)
    assert events(client, address("schedules", empty)) == {}


def test_the_text_is_in_the_language_of_the_person(client, cast, own):
    with transaction():
        cast.anna.locale = "en"
    assert str(events(client, own)[TODAY]["SUMMARY"]) == "My duty: Dyżur"


def test_the_calendar_says_when_to_come_again_and_how_times_are_meant(client, own):
    text = client.get(own).text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in text and "X-PUBLISHED-TTL:PT1H" in text
    assert "DTSTART:20260311T070000Z" in text and "METHOD:PUBLISH" in text
    assert "URL:http://helpdesk.test/oncall/week/2026-W11?schedule=" in text


def test_who_has_it_already_gets_nothing_until_it_changes(client, cast, own):
    first = client.get(own)
    assert first.headers["Cache-Control"].startswith("private")
    clock.advance(HOUR)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(own, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    change(cast, TODAY, TODAY + HOUR, user=cast.celina)
    assert client.get(own, headers=tag).status_code == 200


def test_a_wrong_secret_is_not_found(client, cast, own, everybody):
    wrong = f"/calendars/people/{cast.anna.id}/{cast.schedule.feed_secret}.ics"
    never_made = f"/calendars/people/{cast.beata.id}/{cast.anna.feed_secret}.ics"
    for path in (wrong, never_made, f"/calendars/people/{10**15}/x.ics", f"/calendars/people/{10**25}/ż.ics"):
        assert client.get(path).status_code == 404


def test_whoever_has_left_has_no_calendar(client, cast, own):
    with transaction():
        cast.anna.active = False
    assert client.get(own).status_code == 404


def test_strangers_who_guess_are_slowed_down(client, cast, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    statuses = [client.get(f"/calendars/people/{cast.anna.id}/{n}.ics").status_code for n in range(61)]
    limiter.reset()
    assert statuses == [404] * 60 + [429]


def test_the_address_is_made_and_renewed_by_a_button_and_the_old_one_is_dead(client, cast):
    sign_in(client, cast.anna)
    assert ".ics" not in client.get("/oncall/calendars").text
    client.post("/oncall/calendars/mine")
    old = address("people", cast.anna)
    assert f'value="http://helpdesk.test{old}"' in client.get("/oncall/calendars").text
    client.post("/oncall/calendars/mine")
    assert client.get(old).status_code == 404
    assert client.get(address("people", cast.anna)).status_code == 200
    entries = db.session.scalars(sa.select(AuditEntry).filter_by(action="calendar_address_renewed")).all()
    assert [(entry.user_id, entry.subject) for entry in entries] == [(cast.anna.id, f"user:{cast.anna.id}")] * 2


def test_the_calendars_of_schedules_are_the_managers(client, cast):
    path = f"/oncall/calendars/schedules/{cast.schedule.id}"
    sign_in(client, cast.anna)
    assert client.post(path).status_code == 403
    assert path not in client.get("/oncall/calendars").text
    sign_in(client, cast.marek)
    assert client.post(path, follow_redirects=True).text.count(address("schedules", cast.schedule)) == 2
    assert client.post("/oncall/calendars/schedules/99999999999999999999").status_code == 404


def test_the_rules_themselves_refuse_others(cast):
    for renew, row, by in (
        (feeds.renew_own, cast.anna, cast.marek),
        (feeds.renew_own, cast.jan, cast.jan),
        (feeds.renew_schedules, cast.schedule, cast.anna),
    ):
        with pytest.raises(NotAllowed), transaction():
            renew(row, by)
