"""Overrides: from now on at the earliest; what speaks against one is said before; what has happened stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, Notification, Override, Swap
from helpdesk.models.codes import NotificationEvent, OverrideKind, RotationKind
from helpdesk.oncall import layers, overrides, schedules
from helpdesk.oncall.overrides import Trouble, Wish
from helpdesk.oncall.schedule import on_call
from helpdesk.transaction import transaction, what_if
from tests.drafts import opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPLACE, ADD, REMOVE = OverrideKind.REPLACE, OverrideKind.ADD, OverrideKind.REMOVE


@pytest.fixture
def now(cast):
    return clock.now()


def wish(kind, comes=None, goes=None, since=0, hours=2.0):
    begin = clock.now() + since * HOUR
    return Wish(kind, comes, goes, begin, begin + hours * HOUR)


def add(cast, *args, by=None, **more):
    with transaction():
        return overrides.add_override(cast.schedule, wish(*args, **more), by or cast.marek)


def names(cast, at):
    return "".join(user.name[0] for user in on_call(cast.schedule, at))


def test_one_comes_in_for_another_for_everybody_joins_or_is_taken_off(cast, now):
    add(cast, REPLACE, cast.celina, cast.anna)
    add(cast, REPLACE, cast.dorota, since=2)
    add(cast, ADD, cast.beata, since=4)
    add(cast, REMOVE, goes=cast.anna, since=6)
    assert [names(cast, now + hours * HOUR) for hours in (1, 3, 5, 7, 9)] == ["C", "D", "AB", "", "A"]


def test_what_has_passed_of_the_span_is_cut_off(cast, now):
    assert add(cast, REPLACE, cast.celina, since=-1).starts_at == now


@pytest.mark.parametrize(
    ("code", "kind", "comes", "goes", "more"),
    [
        ("over", REPLACE, "celina", None, {"since": -3}),
        ("span", REPLACE, "celina", None, {"hours": 0}),
        ("too_long", REPLACE, "celina", None, {"hours": 24 * 367}),
        ("who_comes", REPLACE, None, "anna", {}),
        ("who_comes", ADD, None, None, {}),
        ("who_goes", REMOVE, None, None, {}),
        ("same_person", REPLACE, "anna", "anna", {}),
    ],
)
def test_what_makes_no_sense_is_refused(cast, code, kind, comes, goes, more):
    people = [getattr(cast, name) if name else None for name in (comes, goes)]
    with pytest.raises(NotAllowed, match=code):
        add(cast, kind, *people, **more)


def test_only_a_manager_may(cast):
    with pytest.raises(NotAllowed, match="not_manager"):
        add(cast, ADD, cast.beata, by=cast.anna)


def end(cast, row):
    with transaction():
        overrides.end_override(db.session.get_one(Override, row.id), cast.marek)


def test_one_that_has_not_begun_is_gone_when_it_ends(cast):
    end(cast, add(cast, ADD, cast.beata, since=1))
    assert overrides.coming(cast.schedule) == []
    assert db.session.scalars(sa.select(Override)).all() == []


def test_a_running_one_ends_now_and_what_was_stays(cast, now):
    row = add(cast, REPLACE, cast.dorota)
    clock.advance(HOUR)
    end(cast, row)
    assert (names(cast, now), names(cast, now + HOUR)) == ("D", "A")
    with pytest.raises(NotAllowed, match="over"):
        end(cast, row)


def test_one_that_a_swap_made_is_undone_with_the_swap(cast, now):
    row = add(cast, REPLACE, cast.dorota)
    with transaction():
        row.swap = Swap(schedule=cast.schedule, offered_by=cast.anna, starts_at=now, ends_at=now + HOUR)
    with pytest.raises(NotAllowed, match="part_of_a_swap"):
        end(cast, row)


def found(cast, *args, **more):
    return [(c.trouble, c.person) for c in overrides.conflicts(cast.schedule, wish(*args, **more))]


def test_nothing_speaks_against_a_free_person(cast):
    assert found(cast, REPLACE, cast.celina, cast.anna) == []


def test_nobody_on_duty_is_said(cast, now):
    [conflict] = overrides.conflicts(cast.schedule, wish(REMOVE, None, cast.anna, hours=30))
    assert (conflict.trouble, conflict.starts_at, conflict.ends_at) == (Trouble.NOBODY, now, now + 22 * HOUR)


def test_a_person_whom_the_kind_does_not_ask_for_counts_for_nothing(cast):
    assert found(cast, REMOVE, cast.celina, cast.anna) == [(Trouble.NOBODY, None)]
    assert found(cast, ADD, cast.celina, cast.anna) == []
    row = add(cast, REMOVE, cast.celina, cast.anna)
    assert (row.user, row.instead_of) == (None, cast.anna)


def test_an_absent_person_is_said_and_the_gap_that_follows(cast, now):
    with transaction():
        db.session.add(Absence(user=cast.celina, starts_at=now - DAY, ends_at=now + HOUR))
    conflicts = overrides.conflicts(cast.schedule, wish(REPLACE, cast.celina, cast.anna))
    assert [(c.trouble, c.ends_at) for c in conflicts] == [
        (Trouble.NOBODY, now + HOUR),
        (Trouble.ABSENT, now + HOUR),
    ]


def test_the_duty_of_another_schedule_is_said(cast, now):
    with transaction():
        other = schedules.add_schedule("Weekendy", "Europe/Warsaw", cast.marek)
        layers.add_layer(other, layers.Pattern(RotationKind.DAILY, 1, [cast.celina]), now + HOUR, cast.marek)
    [conflict] = overrides.conflicts(cast.schedule, wish(REPLACE, cast.celina, cast.anna))
    assert (conflict.trouble, conflict.schedule, conflict.starts_at) == (Trouble.ELSEWHERE, other, now + HOUR)


def test_a_change_without_effect_is_said(cast):
    assert found(cast, REPLACE, cast.celina, cast.beata) == [(Trouble.NO_EFFECT, cast.beata)]


def test_a_phone_that_does_not_work_is_said(cast, now):
    with transaction():
        cast.celina.contacts[0].broken_at = now
    assert found(cast, REPLACE, cast.celina, cast.anna) == [(Trouble.NO_PHONE, cast.celina)]


def alerted(user):
    """What the person has been sent of a running alert, before any job has run."""
    query = sa.select(Notification).filter_by(user_id=user.id, event=NotificationEvent.ALERT)
    return db.session.scalars(query).all()


def test_whoever_comes_on_duty_now_is_alerted_of_what_runs(cast):
    opened(cast)
    assert alerted(cast.anna) and not alerted(cast.celina)
    add(cast, REPLACE, cast.celina, cast.anna, since=1)
    assert not alerted(cast.celina)
    row = add(cast, REPLACE, cast.celina, cast.anna)
    assert alerted(cast.celina)
    before = len(alerted(cast.anna))
    end(cast, row)
    assert len(alerted(cast.anna)) == before  # already alerted by this step


def test_whoever_a_layer_puts_on_duty_now_is_alerted_of_what_runs(cast, now):
    opened(cast)
    with transaction():
        pattern = layers.Pattern(RotationKind.DAILY, 1, [cast.dorota])
        layers.add_layer(cast.schedule, pattern, now, cast.marek)
    assert alerted(cast.dorota)


def test_looking_at_a_change_alerts_nobody(cast, now):
    opened(cast)
    pattern = layers.Pattern(RotationKind.DAILY, 1, [cast.dorota])
    what_if(lambda: layers.add_layer(cast.schedule, pattern, now, cast.marek))
    assert not alerted(cast.dorota)


def test_who_changed_the_plan_is_kept(cast):
    end(cast, add(cast, ADD, cast.beata))
    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.action, e.user_id, e.data["user"]) for e in entries] == [
        ("override_added", cast.marek.id, cast.beata.id),
        ("override_ended", cast.marek.id, cast.beata.id),
    ]
