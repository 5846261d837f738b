"""Schedules are added and renamed; one is deleted only while nothing depends on it."""

import pytest

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import DutyShift
from helpdesk.models.codes import RotationKind
from helpdesk.oncall import layers, schedules
from helpdesk.oncall.schedule import all_schedules
from helpdesk.transaction import transaction
from tests.oncall.test_layers import DAY, HOUR


@pytest.fixture
def second(cast):
    with transaction():
        return schedules.add_schedule("Weekendy", "America/Chicago", cast.marek)


def refused(code, schedule, by):
    with pytest.raises(NotAllowed, match=code), transaction():
        schedules.delete_schedule(schedule, by)


def layered(cast, schedule, at):
    pattern = layers.Pattern(RotationKind.DAILY, 1, [cast.anna])
    with transaction():
        layers.add_layer(schedule, pattern, at, cast.marek)


@pytest.mark.parametrize(
    ("name", "zone", "code"), [("dyżur", "Europe/Warsaw", "name_taken"), ("Noce", "Warszawa", "unknown_zone")]
)
def test_a_schedule_has_a_name_of_its_own_and_a_zone_that_exists(cast, name, zone, code):
    with transaction():
        cast.schedule.name = "dyżur"
    with pytest.raises(NotAllowed, match=code), transaction():
        schedules.add_schedule(name, zone, cast.marek)


def test_a_schedule_that_was_never_used_is_deleted_with_its_layers(cast, second):
    layered(cast, second, clock.now() + DAY)
    with transaction():
        schedules.delete_schedule(second, cast.marek)
    assert all_schedules() == [cast.schedule]


def test_a_schedule_that_a_policy_names_stays(cast, second):
    refused("in_a_policy", cast.schedule, cast.marek)
    assert schedules.policies_with(cast.schedule) == [cast.policy]
    assert schedules.policies_with(second) == []


def test_a_schedule_by_which_somebody_is_or_was_on_duty_stays(cast, second):
    layered(cast, second, clock.now() - HOUR)
    refused("has_history", second, cast.marek)


def test_a_schedule_with_a_duty_that_is_written_down_stays(cast, second):
    since = clock.now()
    with transaction():
        db.session.add(DutyShift(schedule_id=second.id, user=cast.anna, starts_at=since, ends_at=since + HOUR))
    refused("has_history", second, cast.marek)


def test_the_last_schedule_stays(cast):
    with transaction():
        db.session.delete(cast.policy)
    refused("last_schedule", cast.schedule, cast.marek)


def test_a_schedule_keeps_its_name_when_it_is_renamed_to_it(cast):
    with transaction():
        schedules.rename_schedule(cast.schedule, "DYŻUR", cast.marek)
    assert cast.schedule.name == "DYŻUR"


def test_only_a_manager_adds_renames_and_deletes(cast, second):
    refused("not_manager", second, cast.anna)
    with pytest.raises(NotAllowed), transaction():
        schedules.rename_schedule(second, "Inny", cast.anna)


def test_administrators_and_managers_can_be_on_duty(cast):
    assert schedules.candidates() == [cast.anna, cast.beata, cast.celina, cast.dorota, cast.marek]
