"""Brakes on mails that go out by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, mail_rate, outbox
from helpdesk.extensions import db
from helpdesk.health import mails
from helpdesk.health.check import Verdict
from helpdesk.health.table import CHECKS
from helpdesk.inbound.mail_door import let_in
from helpdesk.mail_rate import LIMITS, after_brakes
from helpdesk.models import Attempt, Notification
from helpdesk.models.codes import Channel, Lane, NotificationEvent, Priority, TicketSource
from helpdesk.outbox import Letter
from helpdesk.tickets.opening import Reporter
from helpdesk.transaction import transaction
from tests.drafts import opened, works
from tests.inbound.mails import raw_mail

AT = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def said(ticket, number, event=NotificationEvent.REPORTER_WROTE, address="anna@modrzewie.test", lane=Lane.NOTICE):
    with transaction():
        letter = Letter(
            event=event,
            channel=Channel.EMAIL,
            address=address,
            dedupe_key=f"{event}:{address}:{ticket.id}:{number}",
            ticket_id=ticket.id,
            lane=lane,
        )
        return outbox.enqueue(letter).attempts[0].due_at - clock.now()


@pytest.mark.parametrize(
    ("minutes_ago", "wait"),
    [
        ([], 0),
        ([1] * 9, 0),
        ([1] * 10, 9),
        ([11] * 10, 0),
        ([11] * 25, 49),
        ([61] * 99, 0),
        ([61] * 100, 539),
        ([-5] * 10, 15),
    ],
)
def test_a_mail_waits_until_each_span_has_room(minutes_ago, wait):
    times = [AT - ago * MINUTE for ago in minutes_ago]
    assert after_brakes(times, LIMITS, AT) == AT + wait * MINUTE


def test_the_eleventh_mail_in_ten_minutes_is_put_off_and_not_lost(cast):
    ticket, other = opened(cast, priority=Priority.NORMAL), opened(cast, priority=Priority.NORMAL)
    waits = [said(ticket, n) for n in range(10)]
    assert waits[:9] == [timedelta()] * 9 and waits[9] == 10 * MINUTE  # with the notice of the new ticket it is 11
    assert said(other, 1) == timedelta() and said(ticket, 1, address="beata@modrzewie.test") == timedelta()


@pytest.mark.parametrize(
    "free", [{"event": NotificationEvent.REPLY}, {"event": NotificationEvent.ALERT, "lane": Lane.ALERT}]
)
def test_what_people_write_and_alerts_are_never_held(cast, free):
    ticket = opened(cast, priority=Priority.NORMAL)
    assert {said(ticket, n, **free) for n in range(30)} == {timedelta()}


def test_staff_see_what_is_held_and_it_goes_out_later(cast, sim):
    ticket = opened(cast, priority=Priority.NORMAL)
    for number in range(12):
        said(ticket, number, event=NotificationEvent.RESOLVED, address="jan@modrzewie.test")
    works(Channel.EMAIL)
    assert mails.held_back().verdict is Verdict.WARNING and mail_rate.count_held() == 3
    clock.advance(11 * MINUTE)
    works(Channel.EMAIL)
    assert mail_rate.count_held() == 0 and len(sim.mails_to("jan@modrzewie.test")) == 13


def test_a_mail_that_waits_for_a_manager_does_not_hide_what_is_held(cast):
    ticket = opened(cast, priority=Priority.NORMAL)
    for number in range(12):
        said(ticket, number, event=NotificationEvent.RESOLVED, address="jan@modrzewie.test")
    let_in(raw_mail("obcy@gdzies.test"))
    ours = [check().verdict for check in CHECKS if check in (mails.waiting, mails.held_back)]
    assert ours == [Verdict.WARNING] * 2


def test_receipts_of_mails_have_a_limit_in_all(cast, monkeypatch):
    monkeypatch.setattr(mail_rate, "RECEIPTS_OF_MAILS", ((timedelta(hours=1), 3),))
    by_mail(cast, *(f"osoba{number}@modrzewie.test" for number in range(5)))
    assert [bool(wait) for wait in receipts_wait()] == [False] * 3 + [True] * 2


def test_the_third_receipt_of_a_mail_to_one_address_waits_ten_minutes(cast):
    by_mail(cast, *["szkola@modrzewie.test"] * 3, "osp@modrzewie.test")
    assert receipts_wait() == [timedelta(), timedelta(), 10 * MINUTE, timedelta()]


def by_mail(cast, *senders):
    for sender in senders:
        reporter = Reporter("Ktoś", email=sender)
        opened(cast, priority=Priority.NORMAL, source=TicketSource.EMAIL, reporter=reporter)


def receipts_wait():
    receipts = sa.select(Attempt.due_at).join(Notification).where(Notification.event == NotificationEvent.RECEIPT)
    return [at - clock.now() for at in db.session.scalars(receipts.order_by(Notification.id))]
