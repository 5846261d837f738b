"""Rule 1. The row of an attempt is committed before the provider is called."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Ticket
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify.sms import text_hash
from helpdesk.tickets.opening import open_ticket
from helpdesk.transaction import transaction
from tests.drafts import attempts, draft, opened, phone_of, works


def rows(channel):
    return db.session.scalars(sa.select(Attempt).where(Attempt.channel == channel)).all()


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_while_the_provider_has_the_order_everybody_sees_who_is_sending_it(story, cast, channel):
    opened(cast)
    clock.advance(timedelta(seconds=30))
    seen = story.meanwhile(lambda: [(row.state, row.lease_owner, row.provider) for row in rows(channel)])
    works(channel)
    assert (AttemptState.SENDING, "drain", f"{channel}:twilio") in seen[0]


def test_the_row_knows_how_to_recognise_the_text_before_the_provider_has_it(story, cast):
    opened(cast)
    seen = story.meanwhile(lambda: [row.text_hash for row in rows(Channel.SMS)])
    works(Channel.SMS)
    known = attempts(channel=Channel.SMS, to=cast.anna)[0].text_hash
    assert known == text_hash(story.last_text(cast.anna))
    assert known in seen[0]


def test_ticket_alert_and_attempts_are_written_together(sim, cast):
    ticket = opened(cast)
    assert {attempt.state for attempt in attempts(to=cast.anna)} == {AttemptState.DUE}
    assert sim.messages_to(phone_of(cast.anna)) == []
    assert db.session.get(Ticket, ticket.id).number == ticket.number


def test_what_is_not_committed_is_never_sent(sim, cast):
    with pytest.raises(ZeroDivisionError), transaction():
        open_ticket(draft(cast))
        raise ZeroDivisionError
    assert works() == 0
    assert (attempts(), db.session.query(Ticket).count()) == ([], 0)
    assert sim.messages_to(phone_of(cast.anna)) == []


def test_each_try_has_a_row_and_a_random_id_of_its_own(story, cast):
    story.sim.fault("503", "/Messages")
    story.files(cast.osp, cast.jan)
    story.passes(seconds=10)
    ids = [attempt.id for attempt in attempts(channel=Channel.SMS, to=cast.anna)]
    assert len(set(ids)) == 2
    assert {len(attempt_id) for attempt_id in ids} == {32}
