"""The proof as a page to be printed."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models.codes import AttemptState, Category, Channel
from helpdesk.routes.proof_words import carrier, clock_of, gist, outcome
from helpdesk.tickets.proof import proof_of
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts, opened
from tests.factories import make_ticket


def page(client, user, ticket):
    sign_in(client, user)
    return client.get(f"/desk/{ticket.number}/proof")


@pytest.mark.parametrize(("who", "status"), [("marek", 200), ("anna", 200), ("kinga", 403), ("jan", 403)])
def test_the_page_is_for_staff(client, cast, who, status):
    assert page(client, getattr(cast, who), make_ticket(cast)).status_code == status


def test_its_head_names_ticket_unit_operator_zone_and_the_moment_it_was_made(client, cast):
    ticket = opened(cast)
    text = page(client, cast.marek, ticket).text
    for said in (ticket.number, "OSP Modrzewie", "Helpdesk", "Europe/Warsaw (UTC+01:00)", "11 mar 2026, 10:00:00"):
        assert said in text.split("<table")[0]


def test_words_of_hate_are_not_printed(client, cast):
    ticket = make_ticket(cast, category=Category.HATE, summary="Okropne słowa")
    assert "Okropne" not in page(client, cast.marek, ticket).text


def test_a_ticket_about_which_nothing_was_sent_says_so(client, cast):
    assert "nic nie wysłano" in page(client, cast.marek, make_ticket(cast)).text


def test_times_carry_their_offset_when_the_clocks_change_in_between(app, cast):
    before = datetime(2026, 3, 29, 0, 59, 50, tzinfo=UTC)
    clock.freeze(before)
    ticket = opened(cast)
    with transaction():
        attempt = attempts(channel=Channel.SMS)[0]
        attempt.sending_at = attempt.accepted_at = before + timedelta(seconds=20)
    with app.test_request_context():
        write = clock_of(proof_of(ticket, cast.marek))
        assert [write(at) for at in (before, before + timedelta(seconds=20))] == [
            "01:59:50 +01:00",
            "03:00:10 +02:00",
        ]


def test_another_day_is_named(app, cast):
    ticket = opened(cast)
    with app.test_request_context():
        write = clock_of(proof_of(ticket, cast.marek))
        assert write(clock.now() + timedelta(days=1)) == "12 mar 2026, 10:00:00"


def test_a_keypress_is_the_outcome_of_a_call_and_its_provider_is_named(app, cast):
    ticket = opened(cast)
    with transaction():
        attempt = attempts(channel=Channel.VOICE, to=cast.anna)[0]
        attempt.state, attempt.provider_status = AttemptState.DELIVERED, "digit 1"
        attempt.finished_at, attempt.provider, attempt.provider_sid = clock.now(), "voice:twilio", "CA1"
    with app.test_request_context():
        line = next(a for a in proof_of(ticket, cast.marek).alerts if a.attempt.channel is Channel.VOICE)
        assert (outcome(line), carrier(line)) == ("naciśnięto klawisz 1", "Twilio CA1")


def test_while_nobody_has_taken_it_the_line_counts_the_alerts_that_were_sent_and_no_receipt(app, cast):
    ticket = opened(cast)
    with transaction():
        sent = attempts(channel=Channel.SMS)
        for attempt in sent:
            attempt.state, attempt.sending_at, attempt.accepted_at = AttemptState.ACCEPTED, clock.now(), clock.now()
    assert len(sent) == 2  # to Anna and to the reporter
    db.session.expire_all()
    with app.test_request_context():
        proof = proof_of(ticket, cast.marek)
        assert gist(proof, clock_of(proof)) == "Nikt jeszcze nie przyjął zgłoszenia · 1 SMS"
