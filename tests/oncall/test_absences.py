"""Absences: no duty in them, cover is asked for at once; cancelled, what was taken goes back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, Swap
from helpdesk.models.codes import Channel, NotificationEvent, SwapState
from helpdesk.oncall import absences, swaps
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import who_is_on_call
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def absent(cast):
    def add(user, since, until, by=None):
        now = clock.now()
        with transaction():
            return absences.add_absence(user, Span(now + since, now + until), by=by or user, note="urlop")

    return add


def on_duty(cast, after):
    user = who_is_on_call(cast.schedule, clock.now() + after)
    return user and user.name.split()[0]


def offers(state=SwapState.OFFERED):
    db.session.rollback()
    return list(db.session.scalars(sa.select(Swap).filter_by(state=state).order_by(Swap.starts_at)))


def asked(user):
    found = attempts(to=user)
    return [a.channel for a in found if a.notification.event is NotificationEvent.COVER_WANTED]


def test_whoever_is_absent_has_no_duty_and_every_shift_is_offered_to_all(cast, absent):
    absent(cast.beata, DAY, 6 * DAY)
    assert on_duty(cast, DAY) is None
    now = clock.now()
    assert [(s.starts_at - now, s.offered_to) for s in offers()] == [(DAY, None), (5 * DAY - 2 * HOUR, None)]


def test_one_letter_goes_to_each_of_the_others_for_all_shifts(cast, absent):
    absent(cast.beata, DAY, 6 * DAY)
    assert [asked(user) for user in (cast.anna, cast.beata, cast.marek)] == [[Channel.EMAIL, Channel.SMS], [], []]


def test_what_the_person_had_offered_in_it_is_asked_for_with_the_rest(cast, absent):
    with transaction():
        span = Span(clock.now() + DAY, clock.now() + DAY + HOUR)
        swaps.offer(swaps.Offer(cast.schedule, span, cast.dorota), cast.beata)
    absent(cast.beata, DAY, 2 * DAY)
    assert [(swap.starts_at - clock.now(), swap.offered_to) for swap in offers()] == [(DAY, None)]
    assert len(offers(SwapState.WITHDRAWN)) == 1


def test_nobody_is_asked_who_is_absent_then_too(cast, absent):
    absent(cast.dorota, DAY, 2 * DAY)
    absent(cast.beata, DAY, 2 * DAY)
    assert asked(cast.dorota) == []


def test_the_sms_waits_for_the_morning_unless_the_shift_begins_before(cast, absent):
    clock.advance(13 * HOUR)  # 23:00
    absent(cast.celina, 2 * DAY, 3 * DAY)
    absent(cast.anna, HOUR, 2 * HOUR)
    waits, at_once = attempts(channel=Channel.SMS, to=cast.dorota)
    assert waits.due_at > clock.now() and at_once.due_at == clock.now()


def test_what_was_taken_goes_back_when_the_absence_is_cancelled(cast, absent):
    absence = absent(cast.beata, DAY, 6 * DAY)
    with transaction():
        swaps.accept(offers()[0], cast.dorota)
    with transaction():
        absences.cancel_absence(absence, cast.beata)
    assert on_duty(cast, DAY) == "Beata"
    assert [len(offers(state)) for state in (SwapState.OFFERED, SwapState.UNDONE, SwapState.WITHDRAWN)] == [0, 1, 1]
    assert attempts(to=cast.dorota)[-1].notification.params["answer"] == "undone"


def test_what_a_cover_passed_on_since_stays_where_it_is_when_the_absence_is_cancelled(cast, absent):
    absence = absent(cast.beata, DAY, 2 * DAY - 2 * HOUR)
    with transaction():
        swaps.accept(offers()[0], cast.dorota)
    with transaction():
        span = Span(clock.now() + DAY, clock.now() + 2 * DAY - 2 * HOUR)
        again = swaps.offer(swaps.Offer(cast.schedule, span), cast.dorota)
        swaps.accept(again, cast.anna)
    with transaction():
        absences.cancel_absence(absence, cast.beata)
    assert on_duty(cast, DAY) == "Anna"


def test_what_was_served_of_a_cancelled_absence_stays(cast, absent):
    absence = absent(cast.anna, timedelta(), DAY)
    with transaction():
        swaps.accept(offers()[0], cast.dorota)
    clock.advance(2 * HOUR)
    with transaction():
        absences.cancel_absence(absence, cast.anna)
    assert (on_duty(cast, -HOUR), on_duty(cast, timedelta())) == ("Dorota", "Anna")


def test_a_cover_that_is_undone_is_asked_for_again(cast, absent):
    absent(cast.beata, DAY, 2 * DAY)
    with transaction():
        swaps.accept(offers()[0], cast.dorota)
    with transaction():
        swaps.undo(offers(SwapState.ACCEPTED)[0], cast.dorota)
    assert on_duty(cast, DAY) is None
    assert len(offers()) == 1 and asked(cast.anna) == [Channel.EMAIL, Channel.SMS] * 2


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (-2 * HOUR, HOUR, "absence_over"),
        (-2 * HOUR, -HOUR, "absence_over"),
        (2 * HOUR, HOUR, "absence_over"),
        (HOUR, 401 * DAY, "absence_too_long"),
    ],
)
def test_no_absence_is_in_the_past_or_for_ever(cast, absent, since, until, code):
    with pytest.raises(NotAllowed, match=code):
        absent(cast.anna, since, until)


def test_who_types_the_last_hour_means_now(cast, absent):
    assert absent(cast.anna, -HOUR / 2, HOUR).starts_at == clock.now()


def test_a_person_says_it_of_themselves_a_manager_of_anybody(cast, absent):
    absent(cast.anna, HOUR, DAY, by=cast.marek)
    with pytest.raises(NotAllowed, match="not_yours"):
        absent(cast.anna, HOUR, DAY, by=cast.beata)
    with pytest.raises(NotAllowed, match="not_yours"):
        absences.cancel_absence(db.session.scalars(sa.select(Absence)).one(), cast.beata)


def test_both_are_in_the_audit(cast, absent):
    absence = absent(cast.anna, HOUR, DAY)
    with transaction():
        absences.cancel_absence(absence, cast.marek)
    rows = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action.startswith("absence")).order_by(AuditEntry.id)
    )
    assert [(row.action, row.user_id) for row in rows] == [
        ("absence_added", cast.anna.id),
        ("absence_cancelled", cast.marek.id),
    ]


def test_whoever_steps_in_for_an_absent_person_is_alerted_at_once(cast, absent):
    opened(cast)
    absent(cast.anna, timedelta(), DAY)
    with transaction():
        swaps.accept(offers()[0], cast.dorota)
    assert {NotificationEvent.ALERT} <= {a.notification.event for a in attempts(to=cast.dorota)}


def test_it_is_named_who_else_is_absent(cast, absent):
    absent(cast.beata, DAY, 2 * DAY)
    now = clock.now()
    assert absences.absent_too(cast.anna, Span(now + DAY, now + 3 * DAY)) == [cast.beata]
    assert absences.absent_too(cast.anna, Span(now + 2 * DAY, now + 3 * DAY)) == []
