"""The pages of the editor of schedules: managers change, administrators look, nobody else sees them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Rotation, TemporarySchedule
from helpdesk.models.codes import RotationKind
from helpdesk.oncall import layers, schedules
from helpdesk.oncall.schedule import all_schedules, on_call
from helpdesk.transaction import transaction
from tests.conftest import sign_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOT = "/oncall/schedules"
EIGHT = datetime(2026, 3, 12, 7, tzinfo=UTC)  # the next hand-over, to Beata


@pytest.fixture
def marek(client, cast):
    sign_in(client, cast.marek)
    return client


@pytest.fixture
def here(cast):
    return f"{ROOT}/{cast.schedule.id}"


def layer_form(*people, act="save", **more):
    named = {f"people-{place}": str(user.id) for place, user in enumerate(people)}
    fixed = {"kind": "daily", "shift_length": "1", "moment": "2026-03-12T08:00", "order": "goes_on"}
    fixed |= {f"own-{day}": "" for day in range(7)}
    return {**fixed, "hours": "always", "holidays": "as_usual", "act": act, **named, **more}


def rows(cast):
    db.session.expire_all()
    return db.session.scalars(sa.select(Rotation).order_by(Rotation.id)).all()


def names(cast, at):
    db.session.expire_all()
    return "".join(user.name[0] for user in on_call(cast.schedule, at))


@pytest.mark.parametrize(
    ("who", "looks", "changes"), [("marek", 200, 200), ("anna", 200, 403), ("kinga", 403, 403), ("jan", 403, 403)]
)
def test_managers_change_administrators_look_others_do_not_see_it(client, cast, here, who, looks, changes):
    sign_in(client, getattr(cast, who))
    assert client.get(here).status_code == client.get(ROOT).status_code == looks
    for page in (f"{ROOT}/add", f"{ROOT}/override", f"{here}/layers/add", f"{here}/layers/0", f"{here}/temporary"):
        assert client.get(page).status_code == changes


def test_an_administrator_sees_the_plan_without_buttons(client, cast, here):
    sign_in(client, cast.anna)
    text = client.get(here).text
    assert "Anna Testowa" in text and "<button" not in text.split("</header>")[-1]


def test_the_list_says_who_is_on_duty_and_where_nobody_is(marek, cast):
    with transaction():
        schedules.add_schedule("Weekendy", "America/Chicago", cast.marek)
    text = marek.get(ROOT).text
    assert "Anna Testowa" in text and "tag burning" in text


def test_the_time_zone_of_the_house_comes_first_and_towns_stand_by_continent(marek):
    text = marek.get(f"{ROOT}/add").text
    assert text.index('value="Europe/Warsaw"') < text.index('<optgroup label="Africa">')
    assert '<option value="America/New_York">New York</option>' in text


def test_a_schedule_is_added_renamed_and_deleted(marek, cast):
    said = marek.post(f"{ROOT}/add", data={"name": "Weekendy", "time_zone": "Europe/Warsaw"})
    assert said.status_code == 303
    marek.post(said.location + "/rename", data={"name": "Soboty"})
    assert [each.name for each in all_schedules()] == ["Dyżur", "Soboty"]
    marek.post(said.location + "/delete")
    assert [each.name for each in all_schedules()] == ["Dyżur"]


def test_a_name_that_is_taken_is_said_beside_it_and_kept(marek):
    said = marek.post(f"{ROOT}/add", data={"name": "Dyżur", "time_zone": "Europe/Warsaw"})
    assert said.status_code == 422
    assert 'value="Dyżur"' in said.text and 'id="name-error"' in said.text


def test_the_policy_that_needs_a_schedule_is_named(marek, here):
    assert "Domyślna" in marek.get(here).text
    marek.post(here + "/delete")
    assert "Domyślna" in marek.get(here).text and len(all_schedules()) == 1


def test_the_form_of_a_layer_shows_its_people_from_the_next_hand_over_on(marek, here):
    text = marek.get(here + "/layers/0").text
    assert 'value="2026-03-12T08:00"' in text
    assert re.findall(r'selected value="\d+">(\w)', text)[:4] == ["B", "C", "D", "A"]


def test_showing_what_a_layer_means_saves_nothing(marek, cast, here):
    said = marek.post(here + "/layers/0", data=layer_form(cast.dorota, cast.celina, act="show"))
    assert said.status_code == 200
    assert "Celina Testowa, Dorota Testowa" in said.text and 'class="changed"' in said.text
    assert len(rows(cast)) == 1


def test_what_was_typed_is_kept_when_it_is_shown(marek, cast, here):
    said = marek.post(here + "/layers/0", data=layer_form(cast.dorota, act="show", name="Noce", hours="nights"))
    assert 'value="Noce"' in said.text and 'selected value="nights"' in said.text


def test_a_slot_that_nobody_would_cover_is_a_warning(marek, cast, here):
    said = marek.post(here + "/layers/0", data=layer_form(cast.dorota, act="show", hours="working"))
    assert "notice burning" in said.text


def test_a_saved_change_begins_at_its_moment(marek, cast, here):
    said = marek.post(here + "/layers/0", data=layer_form(cast.anna, cast.beata, cast.dorota))
    assert said.status_code == 303
    assert [names(cast, EIGHT + n * DAY) for n in (-1, 0, 1, 2)] == ["A", "B", "D", "A"]


def test_a_planned_change_is_named_and_gives_way_to_an_earlier_one(marek, cast, here):
    later, earlier = layer_form(cast.dorota, moment="2026-03-14T08:00"), layer_form(cast.celina)
    marek.post(here + "/layers/0", data=later)
    db.session.remove()  # each request has a session of its own
    assert "14 mar 2026, 08:00" in marek.get(here + "/layers/0").text
    db.session.remove()
    assert marek.post(here + "/layers/0", data=earlier | {"act": "show"}).status_code == 200
    db.session.remove()
    assert marek.post(here + "/layers/0", data=earlier).status_code == 303
    assert [row.in_force_from for row in rows(cast)] == [None, EIGHT]


def test_anew_begins_with_the_first_of_the_list(marek, cast, here):
    form = layer_form(cast.dorota, cast.anna, order="anew", moment="2026-03-12T10:00")
    marek.post(here + "/layers/0", data=form)
    assert [names(cast, EIGHT + n * HOUR) for n in (1, 3, 27)] == ["B", "D", "A"]


def test_a_layer_is_added_with_hours_of_its_own(marek, cast, here):
    own = {"hours": "own", "own-3": "20-24", "own-4": "0:00–06:00, 22.00-6"}
    assert marek.post(here + "/layers/add", data=layer_form(cast.celina, **own)).status_code == 303
    assert rows(cast)[1].weekly_hours == {
        "3": [["20:00", "24:00"]],
        "4": [["00:00", "06:00"], ["22:00", "06:00"]],
    }
    assert names(cast, datetime(2026, 3, 12, 19, tzinfo=UTC)) == "C"
    assert 'value="20:00–24:00"' in marek.get(here + "/layers/1").text


@pytest.mark.parametrize("typed", ["always", "8-8", "25-26", "8:00"])
def test_hours_that_cannot_be_read_are_said_beside_the_day(marek, cast, here, typed):
    form = layer_form(cast.celina, hours="own", **{"own-2": typed})
    said = marek.post(here + "/layers/add", data=form)
    assert said.status_code == 422
    assert 'id="own-2-error"' in said.text and f'value="{typed}"' in said.text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"shift_length": "0"}, "shift_length"),
        ({"moment": "someday"}, "moment"),
        ({"moment": "2026-03-10T08:00"}, "moment"),
        ({"moment": "9999-12-31T23:59"}, "moment"),
        ({"people-0": ""}, "people-0"),
        ({"hours": "own"}, "own-0"),
    ],
)
def test_what_is_wrong_in_a_layer_is_said_beside_it(marek, cast, here, wrong, field):
    said = marek.post(here + "/layers/0", data=layer_form(cast.celina) | wrong)
    assert said.status_code == 422
    assert f'id="{field}-error"' in said.text and f'href="#{field}"' in said.text


def test_a_place_is_added_and_moved_up_without_saving(marek, cast, here):
    more = marek.post(here + "/layers/0", data=layer_form(cast.anna, cast.beata, cast.celina, act="more")).text
    assert 'id="people-3"' in more
    up = marek.post(here + "/layers/0", data=layer_form(cast.anna, cast.beata, cast.celina, act="up:2")).text
    assert re.findall(r'selected value="\d+">(\w)', up)[:3] == ["A", "C", "B"]
    assert len(rows(cast)) == 1


def test_a_layer_is_ended_and_raised(marek, cast, here):
    with transaction():
        layers.add_layer(
            cast.schedule, layers.Pattern(RotationKind.DAILY, 1, [cast.dorota]), clock.now(), cast.marek
        )
    assert names(cast, EIGHT) == "D"
    marek.post(here + "/layers/0/up")
    assert names(cast, EIGHT) == "B"
    marek.post(here + "/layers/1/end", data={"moment": "2026-03-12T08:00"})
    assert names(cast, EIGHT) == "D"


def override_form(cast, **more):
    fixed = {"schedule": str(cast.schedule.id), "kind": "replace", "user": str(cast.celina.id), "note": "urlop"}
    return {**fixed, "starts_at": "2026-03-11T12:00", "ends_at": "2026-03-11T14:00", "instead_of": "", **more}


def test_an_override_is_filled_in_from_the_address(marek, cast):
    since = "2026-03-11T11:00:00+00:00"
    query = {"schedule": cast.schedule.id, "since": since, "until": "2026-03-11T14:00", "instead_of": cast.anna.id}
    text = marek.get(f"{ROOT}/override", query_string=query).text
    assert 'value="2026-03-11T12:00"' in text and 'value="2026-03-11T14:00"' in text
    assert f'<option selected value="{cast.anna.id}">Anna' in text


@pytest.mark.parametrize(
    "query",
    [
        "schedule=999",
        "schedule=x&since=never",
        "instead_of=%00",
        "since=2026-13-01",
        "until=0001-01-01T00:00%2B14:00",
    ],
)
def test_an_address_that_makes_no_sense_still_opens_the_form(marek, query):
    assert marek.get(f"{ROOT}/override?{query}").status_code == 200


def test_an_override_is_saved_listed_and_ended(marek, cast, here):
    assert marek.post(f"{ROOT}/override", data=override_form(cast)).status_code == 303
    assert names(cast, clock.now() + 3 * HOUR) == "C"
    text = marek.get(here).text
    [address] = re.findall(r'action="(/oncall/schedules/overrides/\d+/end)"', text)
    assert "urlop" in text
    marek.post(address)
    assert db.session.scalars(sa.select(Override)).all() == []


def test_a_beginning_that_has_passed_is_cut_and_said(marek, cast, here):
    marek.post(f"{ROOT}/override", data=override_form(cast, starts_at="2026-03-11T08:00"))
    assert db.session.scalars(sa.select(Override)).one().starts_at == clock.now()
    with marek.session_transaction() as session:
        [(_kind, said)] = session["_flashes"]
    assert "11 mar 2026, 10:00" in said


def test_a_warning_is_shown_first_and_saved_anyway_when_wanted(marek, cast):
    with transaction():
        since = clock.now()
        db.session.add(Absence(user=cast.celina, starts_at=since, ends_at=since + DAY))
    said = marek.post(f"{ROOT}/override", data=override_form(cast, kind="add"))
    assert said.status_code == 422
    assert "Celina Testowa" in said.text and 'name="anyway"' in said.text and 'value="urlop"' in said.text
    assert marek.post(f"{ROOT}/override", data=override_form(cast, kind="add", anyway="y")).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2026-03-11T12:00"}, "ends_at"),
        ({"starts_at": "2026-03-10T12:00", "ends_at": "2026-03-10T13:00"}, "ends_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"ends_at": "9999-12-31T23:59"}, "ends_at"),
        ({"ends_at": "2029-03-11T12:00"}, "ends_at"),
        ({"user": ""}, "user"),
        ({"kind": "remove"}, "instead_of"),
        ({"user": "999"}, "user"),
        ({"starts_at": ""}, "starts_at"),
    ],
)
def test_what_is_wrong_in_an_override_is_said_beside_it(marek, cast, wrong, field):
    said = marek.post(f"{ROOT}/override", data=override_form(cast) | wrong)
    assert said.status_code == 422
    assert f'id="{field}-error"' in said.text and f'href="#{field}"' in said.text


SPAN = {"name": "Święta", "starts_at": "2026-03-12T08:00", "ends_at": "2026-03-14T08:00"}


def shift(number, user, since, until):
    prefix = f"shifts-{number}-"
    return {prefix + "person": str(user.id), prefix + "since": since, prefix + "until": until}


def test_a_temporary_plan_is_filled_in_from_the_plan(marek, here):
    said = marek.post(here + "/temporary", data=SPAN | {"act": "fill"})
    assert said.status_code == 200
    assert re.findall(r'selected value="\d+">(\w)', said.text) == ["B", "C"]
    assert 'value="2026-03-13T08:00"' in said.text


def test_a_gap_is_flagged_before_a_temporary_plan_is_saved(marek, cast, here):
    form = SPAN | {"act": "save"} | shift(0, cast.dorota, "2026-03-12T08:00", "2026-03-13T20:00")
    said = marek.post(here + "/temporary", data=form)
    assert said.status_code == 422 and "13 mar 2026, 20:00" in said.text
    assert marek.post(here + "/temporary", data=form | {"anyway": "y"}).status_code == 303
    assert [names(cast, EIGHT + n * HOUR) for n in (1, 37, 49)] == ["D", "", "D"]


def test_a_temporary_plan_is_changed_and_ended(marek, cast, here):
    form = SPAN | {"act": "save"} | shift(0, cast.dorota, "2026-03-12T08:00", "2026-03-14T08:00")
    marek.post(here + "/temporary", data=form)
    plan = db.session.scalars(sa.select(TemporarySchedule)).one()
    page = f"{ROOT}/temporary/{plan.id}"
    assert 'value="Święta"' in marek.get(page).text
    marek.post(page, data=form | shift(0, cast.anna, "2026-03-12T08:00", "2026-03-14T08:00"))
    assert names(cast, EIGHT) == "A"
    marek.post(page + "/end")
    assert names(cast, EIGHT) == "B"


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [("2026-03-12T08:00", "", "until"), ("2026-03-12T08:00", "2026-03-12T07:00", "until"), ("x", "y", "since")],
)
def test_what_is_wrong_in_a_row_is_said_beside_it(marek, cast, here, since, until, field):
    said = marek.post(here + "/temporary", data=SPAN | {"act": "save"} | shift(0, cast.dorota, since, until))
    assert said.status_code == 422
    assert f'id="shifts-0-{field}-error"' in said.text and f'href="#shifts-0-{field}"' in said.text


@pytest.mark.parametrize("ends_at", ["2026-03-12T07:00", "2026-03-11T09:00", "2026-06-12T08:00", "x", ""])
def test_a_temporary_plan_needs_a_span_that_can_be_filled_in(marek, here, ends_at):
    said = marek.post(here + "/temporary", data=SPAN | {"act": "fill", "ends_at": ends_at})
    assert said.status_code == 422 and 'id="ends_at-error"' in said.text


@pytest.mark.parametrize("page", ["/999", "/999/layers/add", "/override", "/temporary/999"])
def test_a_schedule_that_does_not_exist_is_not_found(marek, page):
    assert marek.get(ROOT + page).status_code == (200 if page == "/override" else 404)


def test_times_are_those_of_the_schedules_own_zone(marek, cast):
    with transaction():
        chicago = schedules.add_schedule("Chicago", "America/Chicago", cast.marek)
    marek.post(f"{ROOT}/{chicago.id}/layers/add", data=layer_form(cast.dorota))
    assert rows(cast)[1].starts_at == datetime(2026, 3, 12, 13, tzinfo=UTC)
    assert "12 mar 2026, 08:00" in marek.get(f"{ROOT}/{chicago.id}").text


def test_what_a_change_may_need_is_not_called_optional(client, cast):
    sign_in(client, cast.marek)
    page = client.get("/oncall/schedules/override").text
    assert '<label for="user">Kto przychodzi na dyżur</label>' in page
