"""Clauses about an attempt that waits to be sent: is it still wanted, must its number be left alone?"""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.models import Acknowledgement, Attempt, Escalation, Notification, Ticket
from helpdesk.models.codes import NOT_ASKED, AttemptState, Channel, EscalationState, NotificationEvent

# Ringing and three readings; a call of which nothing is heard for longer does not keep the line busy.
CALL_LASTS = timedelta(seconds=120)
# A call that was given up because the provider could not be asked about it may just have begun.
MAY_RING = timedelta(seconds=5)
IN_CALL = (AttemptState.SENDING, AttemptState.UNKNOWN, AttemptState.ACCEPTED, AttemptState.SENT)
ARRIVED = (*IN_CALL, AttemptState.DELIVERED)
# Of these several may go in one SMS or one call, and a number gets no second SMS soon after the first.
BUNDLED = (NotificationEvent.ALERT, NotificationEvent.NEW_TICKET)
# Made once: an alias made for each statement took more time than all the rest of sending a message.
_OWN, _OTHERS, _OTHER = aliased(Notification), aliased(Notification), aliased(Attempt)
# In a query of notifications and their alerts: the person has said "I have it".
HAS_SAID_YES = sa.exists().where(
    Acknowledgement.escalation_id == Escalation.id, Acknowledgement.user_id == Notification.user_id
)


def is_moot() -> sa.ColumnElement[bool]:
    """The alert that the attempt belongs to is no longer open or its person has the ticket already (others may be
    wanted too), or the new ticket has been taken."""
    own = sa.select(1).select_from(Notification).where(Notification.id == Attempt.notification_id)
    ended = own.join(Escalation).where(
        sa.or_(Escalation.state != EscalationState.OPEN, sa.and_(Escalation.acks_wanted > 1, HAS_SAID_YES))
    )
    taken = own.join(Ticket, Ticket.id == Notification.ticket_id).where(
        Notification.event == NotificationEvent.NEW_TICKET, Ticket.acknowledged_at.is_not(None)
    )
    return sa.or_(sa.exists(ended), sa.exists(taken))


def is_left_alone(channel: Channel) -> sa.ColumnElement[bool]:
    """The number must not be called or texted just now; what is due waits and goes together."""
    match channel:
        case Channel.VOICE:
            return _is_in_a_call()
        case Channel.SMS:
            return sa.or_(*_has_just_had_an_sms())
        case Channel.EMAIL:
            return sa.false()


def _is_in_a_call() -> sa.ColumnElement[bool]:
    may_ring = sa.and_(
        _OTHER.state == AttemptState.FAILED,
        _OTHER.error_text == NOT_ASKED,
        _OTHER.finished_at > clock.now() - MAY_RING,
    )
    calls = sa.select(1).where(
        _OTHER.address == Attempt.address,
        _OTHER.channel == Channel.VOICE,
        sa.or_(_OTHER.state.in_(IN_CALL), may_ring),
        _OTHER.sending_at > clock.now() - CALL_LASTS,
        _OTHER.sending_at < clock.now() + clock.AHEAD,
    )
    return _there_is(calls)


def _has_just_had_an_sms() -> Iterator[sa.ColumnElement[bool]]:
    """One of the same kind, so short a time ago that the next one is put off."""
    house = settings()
    gaps = {
        NotificationEvent.ALERT: house.alert_sms_gap_seconds,
        NotificationEvent.NEW_TICKET: house.notice_sms_gap_seconds,
    }
    for event, seconds in gaps.items():
        last = (
            sa.select(1)
            .select_from(_OTHER)
            .join(_OTHERS, _OTHERS.id == _OTHER.notification_id)
            .where(
                _OTHER.address == Attempt.address,
                _OTHER.sending_at > clock.now() - timedelta(seconds=seconds),
                _OTHER.sending_at < clock.now() + clock.AHEAD,
                _OTHER.channel == Channel.SMS,
                _OTHER.state.in_(ARRIVED),
                _OTHERS.event == event,
            )
        )
        is_of_the_kind = sa.select(1).where(_OWN.id == Attempt.notification_id, _OWN.event == event)
        yield sa.and_(_there_is(is_of_the_kind), _there_is(last))


def _there_is(rows: sa.Select[tuple[int]]) -> sa.ColumnElement[bool]:
    """EXISTS, asked of each attempt as it is looked at. Without OFFSET 0, which is a fence to PostgreSQL's planner,
    it reads and hashes whatever was ever sent before it looks at the first attempt: with much due it counts on
    looking at all of it, not at the first few (PostgreSQL, `simplify_EXISTS_query` in subselect.c)."""
    return sa.exists(rows.offset(0).correlate(Attempt))
