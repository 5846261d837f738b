"""What a layer, an override and a trouble mean, in sentences."""

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.forms.hours import PRESETS, Hours, choice_of, hours_text, read_hours
from helpdesk.forms.wall import instant_of, wall_of
from helpdesk.models import Override
from helpdesk.models.codes import HolidayRule, OverrideKind, RotationKind
from helpdesk.oncall.layers import Pattern
from helpdesk.oncall.overrides import Conflict, Trouble
from helpdesk.routes import schedule_words as words

WARSAW = "Europe/Warsaw"
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAYS = {"0": [["08:00", "16:00"]], "2": [["22:00", "06:00"], ["12:00", "13:00"]]}


def says(cast, length=1, kind=RotationKind.WEEKLY, people=None, **more):
    people = [cast.anna, cast.beata] if people is None else people
    with force_locale("en"):
        return words.pattern_words(Pattern(kind, length, people, **more), MONDAY, WARSAW)


def test_turns_their_length_and_beginning_are_said(cast):
    assert says(cast, 2) == ("From Mon 2 Mar 2026, 08:00 in turn: Anna Testowa, Beata Testowa. One shift: 2 weeks.")


@pytest.mark.parametrize(
    ("kind", "length", "end"),
    [("hourly", 12, "12 hours."), ("daily", 1, "1 day."), ("monthly", 1, "1 month.")],
)
def test_each_kind_has_its_unit(cast, kind, length, end):
    assert says(cast, length, RotationKind(kind)).endswith(end)


def test_one_person_alone_takes_no_turns_and_nobody_is_said(cast):
    assert says(cast, people=[cast.anna]) == "From Mon 2 Mar 2026, 08:00: Anna Testowa."
    assert says(cast, people=[]) == "Nobody is in this layer."


def test_hours_with_a_name_hours_of_ones_own_and_holidays_are_said(cast):
    assert says(cast, weekly_hours=PRESETS[Hours.NIGHTS]).endswith("It counts only: at night, 20:00–8:00.")
    own = says(cast, weekly_hours=DAYS, holidays=HolidayRule.OFF)
    assert "It counts only: Monday 08:00–16:00; Wednesday 22:00–06:00, 12:00–13:00." in own
    assert own.endswith("Not on Polish public holidays.")


@pytest.mark.parametrize("kind", OverrideKind)
def test_every_kind_of_override_is_said_in_both_languages(cast, kind):
    row = Override(kind=kind, user=cast.anna, instead_of=cast.beata)
    for locale in ("pl", "en"):
        with force_locale(locale):
            assert "Testowa" in words.override_words(row)


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_is_said(cast, trouble):
    conflict = Conflict(trouble, MONDAY, MONDAY + timedelta(hours=1), cast.anna, cast.schedule)
    assert words.conflict_words(conflict, WARSAW).endswith(".")


def test_a_moment_is_shown_in_whole_minutes_that_lie_ahead(app):
    clock.advance(timedelta(seconds=1))
    shown = wall_of(clock.now(), WARSAW)
    assert shown == datetime(2026, 3, 11, 10, 1)  # noqa: DTZ001  (local)
    assert instant_of(shown, WARSAW) >= clock.now()


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("", []),
        ("8-16", [["08:00", "16:00"]]),
        ("8:00–16.30, 20:00 - 24:00", [["08:00", "16:30"], ["20:00", "24:00"]]),
        ("22-6", [["22:00", "06:00"]]),
        ("0-24", [["00:00", "24:00"]]),
    ],
)
def test_hours_are_read_as_people_write_them(typed, hours):
    assert read_hours(typed) == hours
    assert read_hours(hours_text(hours)) == hours


@pytest.mark.parametrize("typed", ["8", "8-8", "8-25", "24-8", "8:60-9", "morning", "8-16;", "8-16-20"])
def test_what_is_no_hours_is_refused(typed):
    with pytest.raises(ValueError, match=r".+"):
        read_hours(typed)


@pytest.mark.parametrize("choice", PRESETS)
def test_every_choice_of_hours_is_found_again(choice):
    assert choice_of(PRESETS[choice]) is choice
    assert choice_of(DAYS) is Hours.OWN
