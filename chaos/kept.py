"""What the provider has: messages and calls, as Twilio shows them."""

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from threading import RLock

from chaos import fastclock

MESSAGE, CALL = "Messages", "Calls"
PREFIX = {MESSAGE: "SM", CALL: "CA"}
# (age in seconds of the fast clock, status): the last one whose age is reached holds.
LIFE = {
    MESSAGE: ((0, "queued"), (1, "sent"), (3, "delivered")),
    CALL: ((0, "queued"), (1, "ringing"), (6, "in-progress")),
}
LIFE_OF_FAILED = {
    MESSAGE: ((0, "queued"), (1, "sent"), (3, "undelivered")),
    CALL: ((0, "queued"), (1, "ringing"), (20, "no-answer")),
}
Json = dict[str, object]


@dataclass(frozen=True)
class Thing:
    """A message or a call; `error` is the code with which it will fail, 0 for none."""

    sid: str
    kind: str
    to: str
    sender: str
    body: str
    created_at: datetime
    error: int = 0

    @property
    def life(self) -> tuple[tuple[int, str], ...]:
        return (LIFE_OF_FAILED if self.error else LIFE)[self.kind]

    @property
    def status(self) -> str:
        age = (fastclock.now() - self.created_at).total_seconds()
        return [status for since, status in self.life if since <= age][-1]

    def as_json(self) -> Json:
        """The fields that the SDK and the program read; dates have whole seconds, as Twilio's."""
        has_failed = self.status == "undelivered"
        return {
            "sid": self.sid,
            "to": self.to,
            "from": self.sender,
            "status": self.status,
            "direction": "outbound-api",
            "date_created": format_datetime(self.created_at.replace(microsecond=0)),
            "date_sent": None,
        } | ({"body": self.body, "error_code": self.error if has_failed else None} if self.kind == MESSAGE else {})


@dataclass
class Kept:
    things: list[Thing] = field(default_factory=list)
    lock: AbstractContextManager[object] = field(default_factory=RLock)

    def add(self, kind: str, form: dict[str, str], *, created_at: datetime, error: int) -> Thing:
        sid = PREFIX[kind] + secrets.token_hex(16)
        thing = Thing(sid, kind, form["To"], form["From"], form.get("Body", ""), created_at, error)
        with self.lock:
            self.things.append(thing)
        return thing

    def newest_first(self, kind: str, to: str) -> list[Thing]:
        with self.lock:
            found = [thing for thing in self.things if thing.kind == kind and to in ("", thing.to)]
        return found[::-1]

    def get(self, sid: str) -> Thing | None:
        with self.lock:
            return next((thing for thing in self.things if thing.sid == sid), None)
