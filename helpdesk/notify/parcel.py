"""What a channel hands to its provider, made while the database is at hand and sent after it has been let go."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.models.codes import AttemptState


class Decision(StrEnum):
    """What a failure means for the alert; the only thing that the worker must know about it."""

    PERMANENT = "permanent"  # this address will not work: mark the contact, next channel
    OPTED_OUT = "opted_out"  # the person sent STOP
    REFUSED = "refused"  # this message, not the address: next channel
    ELSEWHERE = "elsewhere"  # this provider cannot bring it to this address, another may
    CONFIGURATION = "configuration"  # ours to mend: alarm, next channel
    TEMPORARY = "temporary"  # certainly not created: again soon, several times
    ONCE_MORE = "once_more"  # did not arrive, perhaps it will: one more try later, next channel at once
    UNKNOWN = "unknown"  # nobody can say: ask the provider, never repeat blindly


class DeliveryError(Exception):
    """A provider did not take the message."""

    def __init__(self, decision: Decision, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.decision = decision
        self.code = code[:32]
        self.text = text[:300]


@dataclass(frozen=True)
class Receipt:
    """The provider has it: how it calls it, its own word for the state, and our state."""

    sid: str
    provider_status: str
    state: AttemptState = AttemptState.ACCEPTED


@dataclass(frozen=True)
class Parcel:
    """Ready to be sent. `send` raises DeliveryError; `text_hash` is that of an SMS (sms.text_hash)."""

    send: Callable[[], Receipt]
    text_hash: str | None = None
