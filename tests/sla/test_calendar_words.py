"""A calendar in words says all that its hours depend on."""

import pytest
from flask_babel import force_locale

from helpdesk.clock_words import calendar_words
from helpdesk.models import Calendar

HOURS = {str(day): [["08:00", "16:00"]] for day in range(5)}


@pytest.mark.parametrize(
    ("columns", "ending"),
    [
        ({}, "16:00, bez polskich świąt"),
        (
            {"worked_holidays": ["Wigilia Bożego Narodzenia", "Nowy Rok"]},
            "16:00, bez polskich świąt, ale otwarte: Wigilia Bożego Narodzenia, Nowy Rok",
        ),
        ({"polish_holidays": False}, "poniedziałek–piątek 08:00–16:00"),
    ],
)
def test_holidays_that_are_worked_are_named(app, columns, ending):
    with force_locale("pl"):
        row = Calendar(
            name="Praca", weekly_hours=HOURS, **{"polish_holidays": True, "always_open": False, **columns}
        )
        assert calendar_words(row).endswith(ending)
