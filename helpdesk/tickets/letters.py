"""The mails to the reporter's side of a ticket, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.mail_rate import HELD
from helpdesk.models import Attempt, Notification, Ticket
from helpdesk.models.codes import AttemptState, Channel, NotificationEvent
from helpdesk.tickets.page import attempts_of
from helpdesk.tickets.timeline import recipient_of

TO_THE_UNIT = frozenset(
    {
        NotificationEvent.RECEIPT,
        NotificationEvent.REPLY,
        NotificationEvent.RESOLVED,
        NotificationEvent.TAKEN_REPORTER,
        NotificationEvent.PRIORITY_LOWERED,
        NotificationEvent.MERGED,
        NotificationEvent.URGENT_QUESTION,
    }
)


class LetterState(StrEnum):
    QUEUED = "queued"
    HELD = "held"  # by the brakes: too many to one address about one ticket
    HANDED_OVER = "handed_over"  # a mail server has it; that is the last that is heard, unless it bounces
    BOUNCED = "bounced"
    GIVEN_UP = "given_up"  # no server took it, however often it was tried
    NOT_NEEDED = "not_needed"


STATES: dict[AttemptState, LetterState] = {
    AttemptState.DUE: LetterState.QUEUED,
    AttemptState.SENDING: LetterState.QUEUED,
    AttemptState.UNKNOWN: LetterState.QUEUED,
    AttemptState.ACCEPTED: LetterState.HANDED_OVER,
    AttemptState.SENT: LetterState.HANDED_OVER,
    AttemptState.DELIVERED: LetterState.HANDED_OVER,
    AttemptState.UNDELIVERED: LetterState.BOUNCED,
    AttemptState.FAILED: LetterState.GIVEN_UP,
    AttemptState.EXPIRED: LetterState.NOT_NEEDED,
    AttemptState.CANCELLED: LetterState.NOT_NEEDED,
}


@dataclass(frozen=True)
class SentMail:
    """A mail and its last try. `at` is when it was written, in aware UTC; `name` whom it is for."""

    notification: Notification
    last: Attempt
    name: str

    @property
    def at(self) -> datetime:
        return self.notification.created_at

    @property
    def state(self) -> LetterState:
        is_held = self.last.state is AttemptState.DUE and self.last.provider_status == HELD
        return LetterState.HELD if is_held else STATES[self.last.state]


def letters_of(ticket: Ticket) -> list[SentMail]:
    """In the order in which they were written."""
    return sorted(_last_tries(attempts_of(ticket)), key=lambda sent: sent.notification.id)


def _last_tries(attempts: Iterable[Attempt]) -> Iterable[SentMail]:
    last = {attempt.notification.id: attempt for attempt in sorted(attempts, key=lambda each: each.ordinal)}
    for attempt in last.values():
        notification = attempt.notification
        if notification.channel is Channel.EMAIL and notification.event in TO_THE_UNIT:
            yield SentMail(notification, attempt, recipient_of(notification))
