"""The message that a caller left: heard of, fetched from the provider, kept with the ticket, deleted there.

`claim` sets the time of the next try before the network is asked: whatever becomes of this one, there is a next.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import HotlineCall, Message, Ticket
from helpdesk.models.codes import EventKind, HotlineMoment, NotificationEvent, RecordingState
from helpdesk.tickets import tell
from helpdesk.tickets.actor import SYSTEM, of_reporter
from helpdesk.tickets.attachments import StoredFile, attach
from helpdesk.tickets.conversation import add_note
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows

SID = re.compile(r"RE[0-9a-f]{32}")
FIRST_DISTANCE, LONGEST_DISTANCE = timedelta(seconds=20), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
NEVER_SPOKEN_AFTER = timedelta(hours=1)  # of a call whose message nobody has named
MOST_MISSES = 3  # the provider may need a moment before it has what it announced
WITHOUT_WORD = timedelta(minutes=1)  # how long the word that a message is ready is waited for


@dataclass(frozen=True)
class Errand:
    """What is to be done at the provider now. `sid` is empty where the message's name is not known yet."""

    call_id: int
    call_sid: str
    sid: str
    state: RecordingState
    tries: int


def heard_of(call: HotlineCall, sid: str, seconds: int | None, *, wait: timedelta = timedelta()) -> None:
    """The provider names the message; it is fetched after `wait`, or sooner if that was said before."""
    if not SID.fullmatch(sid) or call.recording_state not in (RecordingState.NONE, RecordingState.AWAITED):
        return
    at = clock.now() + wait
    call.recording_sid, call.recording_state = sid, RecordingState.AWAITED
    call.recording_seconds = call.recording_seconds if seconds is None else seconds
    call.recording_next_at = min(call.recording_next_at or at, at)


def nothing_was_said(call: HotlineCall) -> None:
    if call.recording_state is RecordingState.AWAITED and call.recording_sid is None:
        call.recording_state, call.recording_next_at = RecordingState.NONE, None


def due(limit: int = 20) -> list[int]:
    """Ids of the calls whose message is to be fetched or deleted at the provider."""
    query = (
        sa.select(HotlineCall.id)
        .where(HotlineCall.recording_next_at <= clock.now())
        .order_by(HotlineCall.recording_next_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def claim(call_id: int) -> Errand | None:
    """None when somebody else does it just now."""
    call = db.session.get_one(HotlineCall, call_id)
    tries, now = call.recording_tries, clock.now()
    claimed = changed_rows(
        sa.update(HotlineCall)
        .where(HotlineCall.id == call_id, HotlineCall.recording_next_at <= now)
        .values(recording_next_at=now + distance(tries), recording_tries=HotlineCall.recording_tries + 1)
    )
    if claimed != 1:
        return None
    return Errand(call.id, call.sid, call.recording_sid or "", call.recording_state, tries + 1)


def distance(tries: int) -> timedelta:
    """Growing, up to an hour."""
    return min(FIRST_DISTANCE * float(2 ** min(tries, 12)), LONGEST_DISTANCE)


def keep(call_id: int, stored: StoredFile, words: str) -> None:
    """The message lies with its ticket, for staff only, under a note with these words; deleted there next."""
    call = _locked(call_id)
    if call.recording_state is not RecordingState.AWAITED or call.ticket is None:
        return
    note = add_note(call.ticket, SYSTEM, words)
    (call.attachment,) = attach(call.ticket, [stored], SYSTEM, note)
    call.recording_state, call.recording_tries = RecordingState.STORED, 0
    call.recording_next_at = clock.now()
    seconds = call.recording_seconds or 0
    record(call.ticket, EventKind.HOTLINE, of_reporter(call.ticket), moment=HotlineMoment.MESSAGE, seconds=seconds)
    _tell_holder(call.ticket, note)


def is_gone_there(call_id: int) -> None:
    """The provider has deleted it: nothing is left to do."""
    _locked(call_id).recording_next_at = None


def missed(errand: Errand, words: str) -> None:
    """The provider does not have it. Lost after a few tries; a message that nobody ever named was none."""
    if errand.sid and errand.tries >= MOST_MISSES:
        _give_up(errand, words)
    elif not errand.sid:
        call = _locked(errand.call_id)
        if call.started_at <= clock.now() - NEVER_SPOKEN_AFTER:
            nothing_was_said(call)


def failed(errand: Errand, words: str) -> None:
    """It could not be had this time; after a day it is lost."""
    call = _locked(errand.call_id)
    if call.started_at <= clock.now() - GIVEN_UP_AFTER:
        _give_up(errand, words)


def _give_up(errand: Errand, words: str) -> None:
    call = _locked(errand.call_id)
    if call.recording_state is not RecordingState.AWAITED or call.ticket is None:
        return
    call.recording_state, call.recording_next_at = RecordingState.LOST, None
    record(call.ticket, EventKind.HOTLINE, SYSTEM, moment=HotlineMoment.LOST)
    _tell_holder(call.ticket, add_note(call.ticket, SYSTEM, words))


def _tell_holder(ticket: Ticket, note: Message) -> None:
    """Whoever has the ticket; while nobody has it the alert tells them of it."""
    if ticket.assignee is not None and ticket.is_open:
        tell.staff(ticket, ticket.assignee, NotificationEvent.REPORTER_WROTE, key=str(note.id), message_id=note.id)


def _locked(call_id: int) -> HotlineCall:
    query = sa.select(HotlineCall).filter_by(id=call_id).with_for_update(of=HotlineCall)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
