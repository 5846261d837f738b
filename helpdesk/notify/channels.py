"""The table of channels: how each prepares a parcel that can send itself."""

from collections.abc import Callable
from typing import Protocol

from helpdesk.models import Attempt
from helpdesk.models.codes import Channel
from helpdesk.notify import email, sms, voice
from helpdesk.notify.parcel import Receipt


class Parcel(Protocol):
    @property
    def provider(self) -> str: ...

    def send(self) -> Receipt: ...


PREPARE: dict[Channel, Callable[[Attempt], Parcel]] = {
    Channel.SMS: sms.prepare,
    Channel.VOICE: voice.prepare,
    Channel.EMAIL: email.prepare,
}
