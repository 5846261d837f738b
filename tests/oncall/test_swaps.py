"""Duty that changes hands by agreement: the first who accepts has it, and it can be undone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, Override, Swap, User
from helpdesk.models.codes import AttemptState, Channel, NotificationEvent, OverrideKind, SwapState
from helpdesk.oncall import swaps
from helpdesk.oncall.layers import end_layer
from helpdesk.oncall.overrides import Wish, add_override
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import who_is_on_call
from helpdesk.oncall.swaps import Offer
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Beata's shift is tomorrow from eight to eight, Celina's the day after.
TOMORROW = (22 * HOUR, 46 * HOUR)
DAY_AFTER = (46 * HOUR, 70 * HOUR)


def span(since, until):
    return Span(clock.now() + since, clock.now() + until)


@pytest.fixture
def offered(cast):
    """Beata offers tomorrow's shift, or what `changes` say."""

    def offer(by=cast.beata, at=TOMORROW, **changes):
        with transaction():
            return swaps.offer(Offer(cast.schedule, span(*at), **changes), by)

    return offer


def accepts(swap, user):
    with transaction():
        swaps.accept(swap, user)


def on_duty(cast, after):
    user = who_is_on_call(cast.schedule, clock.now() + after)
    return user and user.name.split()[0]


def told(user, event):
    return [a.channel for a in attempts(to=user) if a.notification.event is event]


def test_an_offer_changes_nothing_and_is_told_to_whom_it_is_made(cast, offered):
    offered(to=cast.dorota)
    assert on_duty(cast, DAY) == "Beata"
    assert told(cast.dorota, NotificationEvent.COVER_WANTED) == [Channel.EMAIL, Channel.SMS]
    assert told(cast.celina, NotificationEvent.COVER_WANTED) == []


def test_an_offer_to_all_is_told_to_all_other_administrators(cast, offered):
    offered()
    asked = [
        bool(told(u, NotificationEvent.COVER_WANTED)) for u in (cast.anna, cast.beata, cast.dorota, cast.marek)
    ]
    assert asked == [True, False, True, False]


def test_who_accepts_has_the_duty_and_both_are_told(cast, offered):
    accepts(offered(), cast.dorota)
    assert [on_duty(cast, at) for at in (21 * HOUR, 22 * HOUR, 46 * HOUR)] == ["Anna", "Dorota", "Celina"]
    for user in (cast.beata, cast.dorota):
        assert told(user, NotificationEvent.SWAP_ANSWERED) == [Channel.EMAIL, Channel.SMS]


def test_a_part_of_a_shift_can_be_given_away(cast, offered):
    accepts(offered(at=(30 * HOUR, 34 * HOUR)), cast.dorota)
    assert [on_duty(cast, at) for at in (29 * HOUR, 30 * HOUR, 34 * HOUR)] == ["Beata", "Dorota", "Beata"]


def test_a_swap_goes_both_ways(cast, offered):
    accepts(offered(to=cast.celina, in_return=span(*DAY_AFTER)), cast.celina)
    assert (on_duty(cast, DAY), on_duty(cast, 2 * DAY)) == ("Celina", "Beata")


def test_the_second_who_accepts_is_too_late(cast, offered):
    swap = offered()
    accepts(swap, cast.dorota)
    with pytest.raises(NotAllowed, match="swap_taken"):
        accepts(swap, cast.anna)
    assert on_duty(cast, DAY) == "Dorota"


def test_of_several_at_the_same_moment_one_has_it(app, cast, offered):
    swap_id, ids = offered().id, [cast.anna.id, cast.celina.id, cast.dorota.id]

    def try_to_take(user_id):
        try:
            with transaction():
                swaps.accept(swaps.find(swap_id), db.session.get_one(User, user_id))
        except NotAllowed as refused:
            return refused.code
        return "has it"

    answers = at_once(app, *[lambda user_id=user_id: try_to_take(user_id) for user_id in ids])
    assert sorted(answers) == ["has it", "swap_taken", "swap_taken"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Override)) == 1


def test_what_has_been_served_already_is_cut_off(cast, offered):
    swap = offered(by=cast.anna, at=(HOUR, 20 * HOUR))
    clock.advance(2 * HOUR)
    accepts(swap, cast.dorota)
    assert db.session.scalars(sa.select(Override)).one().starts_at == clock.now()


@pytest.mark.parametrize("who", ["anna", "beata", "celina"])
def test_nobody_else_takes_what_is_offered_to_one(cast, offered, who):
    with pytest.raises(NotAllowed, match="not_offered_to_you"):
        accepts(offered(to=cast.dorota), getattr(cast, who))
    assert on_duty(cast, DAY) == "Beata"


def test_nobody_takes_a_duty_that_is_not_the_offerers_any_more(cast, offered):
    swap = offered()
    with transaction():
        row = {"starts_at": clock.now() + DAY, "ends_at": clock.now() + 25 * HOUR}
        db.session.add(Override(schedule_id=cast.schedule.id, user_id=cast.anna.id, **row))
    with pytest.raises(NotAllowed, match="not_their_shift"):
        accepts(swap, cast.dorota)


def test_nobody_takes_a_duty_in_which_they_are_absent(cast, offered):
    swap = offered()
    with transaction():
        now = clock.now()
        db.session.add(Absence(user_id=cast.dorota.id, starts_at=now + DAY, ends_at=now + 2 * DAY))
    with pytest.raises(NotAllowed, match="you_are_absent"):
        accepts(swap, cast.dorota)


def test_nobody_takes_what_is_over(cast, offered):
    swap = offered(by=cast.anna, at=(HOUR, 2 * HOUR))
    clock.advance(2 * HOUR)
    with pytest.raises(NotAllowed, match="shift_over"):
        accepts(swap, cast.dorota)


def test_nobody_gives_in_return_what_is_not_theirs(cast, offered):
    swap = offered(to=cast.celina, in_return=span(*DAY_AFTER))
    accepts(offered(by=cast.celina, at=DAY_AFTER), cast.dorota)
    with pytest.raises(NotAllowed, match="not_your_shift"):
        accepts(swap, cast.celina)
    assert on_duty(cast, DAY) == "Beata"


def test_only_ones_own_duty_can_be_offered_and_once(cast, offered):
    with pytest.raises(NotAllowed, match="not_your_shift"):
        offered(by=cast.anna)
    with pytest.raises(NotAllowed, match="not_staff"):
        offered(to=cast.jan)
    offered()
    with pytest.raises(NotAllowed, match="offered_already"):
        offered(at=(30 * HOUR, 31 * HOUR))


def test_who_declines_is_told_of_to_the_offerer(cast, offered):
    swap = offered(to=cast.dorota)
    with transaction():
        swaps.decline(swap, cast.dorota)
    assert told(cast.beata, NotificationEvent.SWAP_ANSWERED) == [Channel.EMAIL, Channel.SMS]
    with pytest.raises(NotAllowed, match="swap_not_open"):
        accepts(swap, cast.dorota)


def test_an_offer_is_withdrawn_by_whoever_made_it_or_a_manager(cast, offered):
    for by in (cast.beata, cast.marek):
        swap = offered()
        with pytest.raises(NotAllowed, match="not_yours"):
            swaps.withdraw(swap, cast.anna)
        db.session.rollback()
        with transaction():
            swaps.withdraw(swap, by)
        assert swap.state is SwapState.WITHDRAWN


def test_an_sms_that_waits_for_the_morning_is_not_sent_once_somebody_has_it(cast, offered):
    clock.advance(13 * HOUR)
    swap = offered(by=cast.celina, at=(40 * HOUR, 41 * HOUR))
    accepts(swap, cast.dorota)
    assert [a.state for a in attempts(channel=Channel.SMS, to=cast.anna)] == [AttemptState.CANCELLED]


@pytest.mark.parametrize("who", ["beata", "dorota", "marek"])
def test_either_of_the_two_or_a_manager_undoes_it(cast, offered, who):
    swap = offered()
    accepts(swap, cast.dorota)
    with transaction():
        swaps.undo(swap, getattr(cast, who))
    assert on_duty(cast, DAY) == "Beata"
    assert told(cast.dorota, NotificationEvent.SWAP_ANSWERED) == [Channel.EMAIL, Channel.SMS] * 2


def test_a_stranger_undoes_nothing(cast, offered):
    swap = offered()
    accepts(swap, cast.dorota)
    with pytest.raises(NotAllowed, match="not_yours"):
        swaps.undo(swap, cast.anna)


def test_what_was_served_before_it_is_undone_stays(cast, offered):
    swap = offered(by=cast.anna, at=(HOUR, 10 * HOUR))
    accepts(swap, cast.dorota)
    clock.advance(3 * HOUR)
    with transaction():
        swaps.undo(swap, cast.anna)
    assert (on_duty(cast, -HOUR), on_duty(cast, timedelta())) == ("Dorota", "Anna")


def test_what_was_passed_on_since_is_not_taken_from_its_new_holder(cast, offered):
    swap = offered()
    accepts(swap, cast.dorota)
    accepts(offered(by=cast.dorota), cast.anna)
    with pytest.raises(NotAllowed, match="passed_on_since"):
        swaps.undo(swap, cast.beata)
    assert on_duty(cast, DAY) == "Anna"


def test_every_change_is_in_the_audit(cast, offered):
    swap = offered()
    accepts(swap, cast.dorota)
    with transaction():
        swaps.undo(swap, cast.marek)
    rows = list(
        db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action.startswith("swap")).order_by(AuditEntry.id)
        )
    )
    by = [cast.beata.id, cast.dorota.id, cast.marek.id]
    assert [row.action for row in rows] == ["swap_offered", "swap_accepted", "swap_undone"]
    assert [row.user_id for row in rows] == by


def test_the_offers_of_a_person_are_what_they_may_take_and_what_they_made(cast, offered):
    mine, other = offered(to=cast.dorota), offered(by=cast.celina, at=DAY_AFTER)
    assert swaps.open_offers(cast.dorota) == [mine, other]
    assert swaps.open_offers(cast.beata) == [mine, other]
    assert swaps.open_offers(cast.anna) == [other]
    assert db.session.get(Swap, mine.id).state is SwapState.OFFERED


def comes_in(cast, at):
    """Dorota, instead of everybody."""
    wish = Wish(OverrideKind.REPLACE, cast.dorota, None, clock.now() + at[0], clock.now() + at[1])
    with transaction():
        add_override(cast.schedule, wish, cast.marek)


def test_an_offer_ends_when_a_manager_gives_the_duty_to_somebody(cast, offered):
    swap = offered()
    comes_in(cast, TOMORROW)
    assert swap.state is SwapState.WITHDRAWN
    assert told(cast.beata, NotificationEvent.SWAP_ANSWERED)
    assert swaps.open_offers(cast.celina) == []


def test_an_offer_ends_when_the_plan_has_nobody_any_more(cast, offered):
    swap = offered()
    with transaction():
        end_layer(cast.schedule, 0, clock.now(), cast.marek)
    assert swap.state is SwapState.WITHDRAWN


def test_an_offer_of_which_something_is_left_stands(cast, offered):
    swap = offered()
    comes_in(cast, (22 * HOUR, 30 * HOUR))
    assert swap.state is SwapState.OFFERED
