"""A call to the units' number, from its first word to its end. Every call leaves a ticket.

1. `begin` writes the call and its ticket; the ticket's alert is held back while the call itself looks for somebody.
2. `ring_next` rings the people on duty, turn after turn; `take` is their key 1, `pass_by` their key 2.
3. When nobody took it the alert starts, at once (`ring_next` found nobody, or `end`), or by itself should the end
   never be reported.

The call's row is locked first, then the ticket, then its alert. Everything may be told twice.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.hotline import search
from helpdesk.hotline.callers import Caller, ticket_to_continue, who_calls
from helpdesk.hotline.strangers import unit_of_strangers
from helpdesk.models import HotlineCall, Ticket, User
from helpdesk.models.codes import (
    AckVia,
    Category,
    EventKind,
    HotlineMoment,
    HotlineOutcome,
    HotlineState,
    NotificationEvent,
    Priority,
    RecordingState,
    TicketSource,
)
from helpdesk.oncall import escalation, expiry
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.live_call import LONGEST_SEARCH
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets import lifecycle, tell
from helpdesk.tickets.actor import SYSTEM, of_reporter, of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.opening import Reporter, TicketDraft, write_ticket
from helpdesk.tickets.timeline import record

A_TURN = timedelta(minutes=1)  # ringing, and the time to listen and press
SILENCE = timedelta(minutes=10)
LONGEST_TALK = timedelta(hours=4)  # the provider ends calls then
# A sign that a phone gives may still come after somebody has decided for it.
DECIDED = (HotlineOutcome.TAKEN, HotlineOutcome.PASSED, HotlineOutcome.TOO_LATE)


@dataclass(frozen=True)
class Words:
    """Texts that are kept: the ticket's summary, the name of an unknown caller, the name of their unit."""

    summary: str
    somebody: str
    strangers: str


@dataclass(frozen=True)
class Answer:
    """What key 1 led to: `holder` has the call or the ticket; connected only when `is_connected`."""

    holder: User
    is_connected: bool
    is_caller_gone: bool = False


def begin(sid: str, number: str, words: Words) -> HotlineCall:
    """The call with its ticket; the same `sid` gives the call that it made before. Without a ticket only where the
    unit's municipality has no valid contract."""
    call = _write_down(sid, number)
    if call.ticket is not None or call.unit is not None:
        return call
    caller = who_calls(number)
    call.user, call.unit = caller.user, caller.unit
    if caller.unit is not None and valid_contract(caller.unit.municipality_id) is None:
        return call
    known = ticket_to_continue(number)
    call.ticket = known or _open(call, caller, words)
    if known is not None:
        record(known, EventKind.HOTLINE, of_reporter(known), moment=HotlineMoment.CALLED_AGAIN.value)
        if not _was_put_off(call, known):
            escalation.put_off(known, clock.now() + LONGEST_SEARCH)
    db.session.flush()
    return call


def find(sid: str) -> HotlineCall:
    """The call, locked until the transaction ends; it was heard of now.

    Raises:
        NotFound: we know no such call.
    """
    query = sa.select(HotlineCall).filter_by(sid=sid).with_for_update(of=HotlineCall)
    call = db.session.scalar(query.execution_options(populate_existing=True))
    if call is None:
        raise NotFound("not_found")
    call.heard_at = clock.now()
    return call


def ring_next(call: HotlineCall, turn: int) -> list[User]:
    """Whom to ring now, together; the same for a `turn` that was there before. Nobody: the caller leaves a
    message, and the alert starts. The caller wants to speak with somebody, so the ticket is urgent."""
    ticket = call.ticket
    if ticket is None or call.state in (HotlineState.OVER, HotlineState.RECORDING) or call.answered_by is not None:
        return []
    if turn <= search.turns(call):
        return search.people_of_turn(call, turn)
    _make_urgent(ticket)
    people = search.next_people(call, ticket)
    if not people:
        _nobody(call, ticket)
        return []
    search.write_down(call, people)
    call.state = HotlineState.RINGING
    escalation.put_off(ticket, clock.now() + A_TURN)
    names = [user.name for user in people]
    record(ticket, EventKind.HOTLINE, SYSTEM, moment=HotlineMoment.RINGING.value, names=names)
    return people


def taken_elsewhere(call: HotlineCall) -> User | None:
    """Who took the ticket since the call began, by SMS or on a page."""
    ticket = call.ticket
    if ticket is None or ticket.acknowledged_at is None or ticket.acknowledged_at < call.started_at:
        return None
    return ticket.acknowledged_by


def take(call: HotlineCall, user: User) -> Answer:
    """Key 1 of somebody whose phone was rung: the first one is connected and has the ticket.

    Raises:
        NotFound: it was not, or they have left since.
    """
    _require_rung(call, user)
    holder = call.answered_by or taken_elsewhere(call)
    if holder is not None and holder.id != user.id:
        search.set_outcome(call, user.id, HotlineOutcome.TOO_LATE)
        return Answer(holder, is_connected=False)
    is_gone = call.state is HotlineState.OVER
    search.set_outcome(call, user.id, HotlineOutcome.TAKEN)
    call.answered_by, call.answered_at = user, call.answered_at or clock.now()
    if not is_gone:
        call.state = HotlineState.CONNECTED
    ticket = call.ticket
    if ticket is not None and ticket.is_open:
        acknowledge(ticket, user, AckVia.VOICE)
    return Answer(user, is_connected=not is_gone, is_caller_gone=is_gone)


def pass_by(call: HotlineCall, user: User) -> None:
    """Key 2: somebody else is rung; should nobody take the call, the alert asks them too. Raises as `take`."""
    _require_rung(call, user)
    if search.outcome_of(call, user.id) is HotlineOutcome.PASSED or call.ticket is None:
        return
    search.set_outcome(call, user.id, HotlineOutcome.PASSED)
    record(call.ticket, EventKind.HOTLINE, of_user(user), moment=HotlineMoment.PASSED.value)


def _require_rung(call: HotlineCall, user: User) -> None:
    if search.outcome_of(call, user.id) is None or not user.active:
        raise NotFound("not_found")


def rang(call: HotlineCall, user_id: int, outcome: HotlineOutcome) -> None:
    """What the provider says of one of the phones."""
    before = search.outcome_of(call, user_id)
    if before is None or before in DECIDED:
        return
    was_picked_up = before is HotlineOutcome.PICKED_UP
    if outcome is HotlineOutcome.NO_KEY and not was_picked_up:
        outcome = HotlineOutcome.NO_ANSWER if before is HotlineOutcome.RINGING else before
    search.set_outcome(call, user_id, outcome)


def end(call: HotlineCall) -> None:
    """The call is over. If nobody took it, the alert starts now and the caller gets the ticket's number; of a
    stranger who pressed nothing the administrators are told as of any normal ticket."""
    if call.state is HotlineState.OVER:
        return
    before, call.state, call.ended_at = call.state, HotlineState.OVER, clock.now()
    if before is HotlineState.RECORDING and call.recording_state is RecordingState.NONE:
        _await_recording(call)
    ticket = call.ticket
    if ticket is None or call.answered_by is not None:
        return
    if before in (HotlineState.MENU, HotlineState.RINGING):
        data = {"moment": HotlineMoment.HUNG_UP.value, "state": before.value}
        record(ticket, EventKind.HOTLINE, of_reporter(ticket), **data)
    if ticket.acknowledged_at is None and ticket.is_open:
        _leave_to_the_alert(ticket)


def silent(limit: int = 50) -> list[str]:
    """The sids of calls of which nothing has been heard for so long that they must be over."""
    now = clock.now()
    is_talking = HotlineCall.state == HotlineState.CONNECTED
    query = (
        sa.select(HotlineCall.sid)
        .where(
            HotlineCall.state != sa.literal_column(f"'{HotlineState.OVER}'"),
            HotlineCall.heard_at <= now - SILENCE,
            sa.or_(~is_talking, HotlineCall.heard_at <= now - LONGEST_TALK),
        )
        .order_by(HotlineCall.heard_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def end_silent(sid: str) -> None:
    end(find(sid))


def _write_down(sid: str, number: str) -> HotlineCall:
    """Two reports of the same call at the same moment: the second waits for the first and finds its row."""
    known = db.session.scalar(sa.select(HotlineCall).filter_by(sid=sid))
    if known is not None:
        return known
    call = HotlineCall(sid=sid, number=number)
    try:
        with db.session.begin_nested():
            db.session.add(call)
    except IntegrityError:
        return db.session.scalars(sa.select(HotlineCall).filter_by(sid=sid)).one()
    return call


def _was_put_off(call: HotlineCall, ticket: Ticket) -> bool:
    """By an earlier call: who calls again and again does not hold the alert back for ever."""
    earlier = sa.exists().where(
        HotlineCall.ticket_id == ticket.id,
        HotlineCall.id != call.id,
        HotlineCall.started_at > clock.now() - SILENCE,
    )
    return bool(db.session.scalar(sa.select(earlier)))


def _open(call: HotlineCall, caller: Caller, words: Words) -> Ticket:
    """Urgent for those we know; a stranger makes it so by pressing a key."""
    user_id = caller.user.id if caller.user else None
    draft = TicketDraft(
        unit=caller.unit or unit_of_strangers(words.strangers),
        category=Category.OTHER,
        priority=Priority.URGENT if caller.unit else Priority.NORMAL,
        summary=words.summary,
        reporter=Reporter(name=caller.name or words.somebody, phone=caller.number, user_id=user_id),
        locale=caller.user.locale if caller.user else settings().default_locale,
        source=TicketSource.PHONE,
        submission_key=f"call:{call.sid}",
    )
    ticket = write_ticket(draft)
    if ticket.is_urgent:
        escalation.open_escalation(ticket, clock.now() + LONGEST_SEARCH)
    return ticket


def _make_urgent(ticket: Ticket) -> None:
    """The ticket is locked before its alert, as everywhere."""
    hold_ticket(ticket)
    if ticket.is_urgent or not ticket.is_open:
        return
    first_at = clock.now() + LONGEST_SEARCH
    if ticket.acknowledged_at is None:
        escalation.open_escalation(ticket, first_at)
    else:
        expiry.alert_anew(ticket, of_reporter(ticket), first_at)
    lifecycle.change_priority(ticket, Priority.URGENT, of_reporter(ticket))


def _nobody(call: HotlineCall, ticket: Ticket) -> None:
    call.state = HotlineState.RECORDING
    record(ticket, EventKind.HOTLINE, SYSTEM, moment=HotlineMoment.NOBODY.value)
    escalation.go_on_now(ticket)


def _await_recording(call: HotlineCall) -> None:
    """The caller hung up in the message; the word about it may still come, or be lost."""
    call.recording_state = RecordingState.AWAITED
    call.recording_next_at = clock.now() + timedelta(minutes=1)


def _leave_to_the_alert(ticket: Ticket) -> None:
    if ticket.is_urgent:
        escalation.go_on_now(ticket)
        tell.reporter(ticket, NotificationEvent.RECEIPT, key="opened")
    else:
        tell.administrators_of_new(ticket)
