"""Managers keep the calendars; whatever was typed is kept, whoever came second is told."""

import pytest
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.forms.sla_text import DaysDiffer, duration_text, overlapping, read_date, read_duration, read_exception
from helpdesk.models import AuditEntry, Calendar
from helpdesk.sla.calendar_editing import all_calendars, draft_of, facts_of
from helpdesk.sla.calendars import holiday_names
from helpdesk.sla.editing import version_of
from tests.conftest import sign_in


def form(*, kept=None, **changes):
    """What a browser sends: office hours, all public holidays kept."""
    fields = {f"own-{day}": "8:00–16:00" if day < 5 else "" for day in range(7)}
    fields |= {"name": "Biuro", "time_zone": "Europe/Warsaw", "open": "hours", "closed": "", "exceptions": ""}
    return fields | {"kept": holiday_names(2026) if kept is None else kept, "do": "save"} | changes


@pytest.fixture
def manager(client, cast):
    sign_in(client, cast.marek)
    return client


@pytest.fixture
def office(cast):
    return db.session.scalars(sa.select(Calendar).filter_by(always_open=False)).one()


def named(name):
    db.session.rollback()
    return next((row for row in all_calendars() if row.name == name), None)


def seen(row):
    return version_of(facts_of(draft_of(row)))


def test_a_calendar_is_added_as_people_type_it(manager):
    sent = form(
        **{"own-0": "8-12, 13.00–17.00", "own-4": "22:00–06:00"},
        kept=[name for name in holiday_names(2026) if name != "Święto Państwowe"],
        closed="24.12.2026\n2026-12-27",
        exceptions="31.12.2026: 8-12",
    )
    assert manager.post("/sla/calendars/add", data=sent).status_code == 303
    row = named("Biuro")
    assert row.weekly_hours["0"] == [["08:00", "12:00"], ["13:00", "17:00"]]
    assert row.weekly_hours["4"] == [["22:00", "06:00"]]
    assert (row.worked_holidays, row.closed_days) == (["Święto Państwowe"], ["2026-12-24", "2026-12-27"])
    assert row.exceptions == {"2026-12-31": [["08:00", "12:00"]]}


WRONG = {
    "no time of day": {"own-0": "25:00-26:00"},
    "words": {"own-1": "od rana"},
    "hours that overlap": {"own-0": "8-12, 11-13"},
    "a night that runs into the morning": {"own-0": "22-10"},
    "no hours at all": {f"own-{day}": "" for day in range(5)},
    "no date": {"closed": "Wigilia"},
    "no such date": {"closed": "31.02.2026"},
    "an exception without hours": {"exceptions": "31.12.2026"},
    "a name that is taken": {"name": "24/7"},
    "no name": {"name": ""},
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_beside_the_field_and_kept(manager, name):
    answer = manager.post("/sla/calendars/add", data=form(exceptions="30.12.2026: 9-10") | WRONG[name])
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    kept = next(iter(WRONG[name].values())) or "Biuro"
    assert kept in answer.text or name == "no name"
    assert named("Biuro") is None


def test_the_page_shows_which_days_are_open(manager, office):
    text = manager.get(f"/sla/calendars/{office.id}").text
    assert "08:00–16:00" in text and "nieczynne" in text


def test_whoever_comes_second_is_told_and_loses_nothing(manager, office):
    began = seen(office)
    url = f"/sla/calendars/{office.id}"
    assert manager.post(url, data=form(name="Godziny pracy", seen=began, closed="4.05.2026")).status_code == 303
    answer = manager.post(url, data=form(name="Godziny pracy", seen=began, closed="5.05.2026"))
    assert answer.status_code == 409
    assert "Marek Testowy" in answer.text and "5.05.2026" in answer.text
    row = named("Godziny pracy")
    assert row.closed_days == ["2026-05-04"]
    assert seen(row) in answer.text  # saving again is meant


def test_a_look_changes_nothing(manager, office):
    answer = manager.post(f"/sla/calendars/{office.id}", data=form(name="Inna", seen=seen(office), do="preview"))
    assert answer.status_code == 200 and "Nic jeszcze nie zapisano" in answer.text
    assert named("Inna") is None
    assert db.session.scalars(sa.select(AuditEntry).filter_by(action="sla_calendar_changed")).all() == []


@pytest.mark.parametrize(
    "url", ["/sla", "/sla/calendars", "/sla/calendars/add", "/sla/policies/add", "/sla/contracts"]
)
def test_only_managers_come_in(client, cast, url):
    sign_in(client, cast.anna)
    assert client.get(url).status_code == 403


SPANS = {
    "30 min": 30,
    "4 h": 240,
    "4h": 240,
    "1,5 godz.": 90,
    "1 h 30 min": 90,
    "1:30": 90,
    "2 dni": 960,
    "1 d 2 h": 600,
    "15 minut": 15,
}


@pytest.mark.parametrize("text", SPANS)
def test_a_time_is_read_as_people_type_it(text):
    assert read_duration(text, 480) == SPANS[text]
    assert read_duration(duration_text(SPANS[text]), None) == SPANS[text]


@pytest.mark.parametrize("text", ["", "4", "h", "-1 h", "0 min", "zaraz", "999999 h"])
def test_a_time_without_a_unit_or_sense_is_refused(text):
    with pytest.raises(ValueError, match=r""):
        read_duration(text, 480)


def test_days_of_different_length_are_no_measure():
    with pytest.raises(DaysDiffer):
        read_duration("2 dni", None)


def test_hours_over_midnight_overlap_with_the_morning_after():
    assert overlapping({0: [["22:00", "06:00"]], 1: [["05:00", "08:00"]]}) == [1]
    assert overlapping({6: [["22:00", "06:00"]], 0: [["05:00", "08:00"]]}) == [0]
    assert overlapping({0: [["22:00", "06:00"]], 1: [["06:00", "08:00"]]}) == []


def test_dates_are_read_in_both_ways():
    assert read_date("1.05.2026") == read_date("2026-05-01")
    assert read_exception("31.12.2026: 8–12, 14–15")[1] == [["08:00", "12:00"], ["14:00", "15:00"]]
