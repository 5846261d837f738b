"""The duty changes hands while an alert runs."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Swap
from helpdesk.models.codes import EventKind, OverrideKind, SwapState
from helpdesk.oncall import absences, swaps
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import who_is_on_call
from helpdesk.oncall.swaps import Offer
from helpdesk.transaction import transaction
from tests.drafts import at_once

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)  # three in the morning; Anna has the duty until eight


@pytest.fixture
def night(story):
    """Five to three."""
    clock.freeze(NIGHT - timedelta(minutes=5))
    story.passes()
    return story


def offers(cast, since, until):
    """Anna offers a part of her night to all."""
    with transaction():
        return swaps.offer(Offer(cast.schedule, Span(since, until)), cast.anna)


def says(act, *args):
    """Somebody presses a button on the page."""
    with transaction():
        act(*args)


def alerts(story, user, ticket):
    return [text for text in story.texts(user) if ticket.number in text]


def events(story, ticket, kind):
    return [event.data for event in story.state(ticket).events if event.kind is kind]


def test_a_swap_is_accepted_at_the_last_minute_while_an_alert_runs(night, cast):
    swap = offers(cast, NIGHT, NIGHT + 4 * HOUR)
    night.passes(minutes=3, seconds=30)
    ticket = night.files(cast.osp, cast.jan)
    night.passes(seconds=30)
    says(swaps.accept, swap, cast.beata)
    night.passes(seconds=50)
    assert [len(alerts(night, user, ticket)) for user in (cast.anna, cast.beata)] == [1, 0]
    night.passes(seconds=50)
    assert [len(alerts(night, user, ticket)) for user in (cast.anna, cast.beata)] == [1, 1]
    night.answers(cast.beata, "1")
    assert night.state(ticket).acknowledged_by == cast.beata
    night.passes(minutes=10)
    assert cast.beata.name in night.last_text(cast.anna)
    assert len(alerts(night, cast.anna, ticket)) == 2  # the alert, and who has it
    assert events(night, ticket, EventKind.ALERTED)[-1]["took_over"]


def test_an_absence_is_entered_while_its_persons_alert_runs(night, cast):
    """Anna fell ill; what rings at hers goes on until somebody has it, and whoever steps in is alerted."""
    ticket = night.files(cast.osp, cast.jan)
    night.passes(seconds=10)
    with transaction():
        absences.add_absence(cast.anna, Span(clock.now(), clock.now() + 4 * HOUR), by=cast.anna)
    night.passes(seconds=20)
    assert "szuka zastepstwa" in night.last_text(cast.dorota)
    assert alerts(night, cast.dorota, ticket) == []
    [swap] = db.session.scalars(sa.select(Swap))
    says(swaps.accept, swap, cast.dorota)
    night.passes(seconds=20)
    assert len(alerts(night, cast.dorota, ticket)) == 1 and len(alerts(night, cast.anna, ticket)) == 1
    night.answers(cast.dorota, "1")
    assert night.state(ticket).acknowledged_by == cast.dorota


def test_a_swap_is_undone_while_an_alert_runs(night, cast):
    swap = offers(cast, NIGHT - timedelta(minutes=5), NIGHT + 4 * HOUR)
    says(swaps.accept, swap, cast.beata)
    ticket = night.files(cast.osp, cast.jan)
    night.passes(seconds=20)
    assert [len(alerts(night, user, ticket)) for user in (cast.anna, cast.beata)] == [0, 1]
    says(swaps.undo, swap, cast.beata)
    night.passes(seconds=20)
    assert [len(alerts(night, user, ticket)) for user in (cast.anna, cast.beata)] == [1, 1]
    assert "znow Twoj" in " ".join(night.texts(cast.anna))


def test_two_accept_at_once_and_one_has_the_duty_and_the_alert(night, app, cast):
    swap = offers(cast, NIGHT - timedelta(minutes=5), NIGHT + 4 * HOUR)
    pages = {user.id: app.test_client() for user in (cast.beata, cast.celina)}
    both = [(user_id, swap.id) for user_id in pages]

    def accept(user_id, swap_id):
        try:
            with transaction():
                swaps.accept(swaps.find(swap_id), db.session.get_one(type(cast.anna), user_id))
        except swaps.NotAllowed as refused:
            return refused.code
        return user_id

    answers = at_once(app, *[lambda pair=pair: accept(*pair) for pair in both])
    [holder] = [answer for answer in answers if answer != "swap_taken"]
    ticket = night.files(cast.osp, cast.jan)
    night.passes(seconds=20)
    assert who_is_on_call(cast.schedule, clock.now()).id == holder
    alerted = [user.id for user in (cast.anna, cast.beata, cast.celina) if alerts(night, user, ticket)]
    assert alerted == [holder]
    assert db.session.get_one(Swap, swap.id).state is SwapState.ACCEPTED


def test_a_night_with_nobody_on_duty(night, cast):
    """The step is noted as empty and skipped at once; the next one alerts, and whoever comes on duty later does not
    wait for a new round."""
    with transaction():
        row = {"starts_at": clock.now(), "ends_at": NIGHT + HOUR, "kind": OverrideKind.REMOVE}
        db.session.add(Override(schedule_id=cast.schedule.id, instead_of_id=cast.anna.id, **row))
    ticket = night.files(cast.osp, cast.jan)
    night.passes(seconds=10)
    [empty] = events(night, ticket, EventKind.STEP_EMPTY)
    assert (empty["step"], empty["target"]) == (1, "on_call")
    first = events(night, ticket, EventKind.ALERTED)[0]
    assert first["step"] == 2 and len(alerts(night, cast.anna, ticket)) == 1
    night.passes(minutes=11)
    assert alerts(night, cast.marek, ticket)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Absence)) == 0
