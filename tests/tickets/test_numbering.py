"""Ticket numbers: per municipality and local year, without holes or repeats."""

from datetime import UTC, datetime

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Municipality
from helpdesk.tickets.numbering import next_number
from helpdesk.transaction import transaction
from tests.drafts import at_once


def number_of(municipality):
    with transaction():
        return next_number(municipality)


def test_each_municipality_counts_for_itself(cast):
    assert [number_of(m) for m in (cast.modrzewie, cast.modrzewie, cast.brzezina)] == [
        "MOD-2026-0001",
        "MOD-2026-0002",
        "BRZ-2026-0001",
    ]


def test_each_local_year_begins_with_one(cast):
    number_of(cast.modrzewie)
    clock.freeze(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    assert number_of(cast.modrzewie) == "MOD-2026-0002"
    clock.freeze(datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    assert number_of(cast.modrzewie) == "MOD-2027-0001"


def test_a_ticket_that_was_rolled_back_gives_its_number_back(cast):
    with pytest.raises(RuntimeError), transaction():
        next_number(cast.modrzewie)
        raise RuntimeError
    assert number_of(cast.modrzewie) == "MOD-2026-0001"


def test_many_at_the_same_moment_leave_no_holes_and_no_repeats(app, cast):
    municipality_id = cast.modrzewie.id

    def take_five():
        return [number_of(db.session.get(Municipality, municipality_id)) for _ in range(5)]

    numbers = [number for five in at_once(app, *[take_five] * 4) for number in five]
    assert sorted(numbers) == [f"MOD-2026-{n:04d}" for n in range(1, 21)]


def test_the_ten_thousandth_ticket_has_a_number_too(cast):
    with transaction():
        db.session.execute(db.text("INSERT INTO ticket_counter VALUES (:m, 2026, 9999)"), {"m": cast.modrzewie.id})
    assert number_of(cast.modrzewie) == "MOD-2026-10000"
