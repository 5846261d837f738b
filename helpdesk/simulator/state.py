"""What the look-alike remembers: messages, calls, recordings, mails, opt-outs; the newest N of each."""

import copy
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Generic, Protocol, TypeVar

from helpdesk.simulator.steps import Dial, Gather, Record, Step

FINAL_MESSAGE_STATUSES = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})
FINAL_CALL_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
KEPT = 1000


class Kept(Protocol):
    @property
    def sid(self) -> str: ...


Item = TypeVar("Item", bound=Kept)


def new_sid(prefix: str) -> str:
    """Two letters and 32 hexadecimal digits, like Twilio's."""
    return prefix + secrets.token_hex(16)


@dataclass
class Message:
    sid: str
    to: str
    from_: str
    body: str
    status: str
    direction: str
    date_created: datetime
    date_updated: datetime
    date_sent: datetime | None = None
    error_code: int | None = None
    service_sid: str | None = None
    status_callback: str = ""
    validity_period: int = 36000


@dataclass(frozen=True)
class Line:
    """One line of what happened in a call; `kind` is say, play, digits, or a code the page has words for."""

    kind: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Script:
    """The verbs of a document still to be carried out, and the URL that relative URLs in it start from."""

    steps: tuple[Step, ...]
    url: str


@dataclass(frozen=True)
class Waiting:
    """Where a call stands still until somebody presses, speaks, answers or hangs up."""

    step: Gather | Record | Dial
    rest: Script
    since: datetime


@dataclass
class Call:
    sid: str
    to: str
    from_: str
    status: str
    direction: str
    date_created: datetime
    date_updated: datetime
    url: str = ""
    twiml: str = ""
    fallback_url: str = ""
    status_callback: str = ""
    status_callback_events: tuple[str, ...] = ("completed",)
    timeout: int = 60
    parent_sid: str = ""
    start_time: datetime | None = None
    end_time: datetime | None = None
    sequence: int = 0
    fetches: int = 0
    digits: str = ""
    waiting: Waiting | None = None
    bridged_to: str = ""
    transcript: list[Line] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Everything the program has said in this call, in order."""
        return " ".join(line.text for line in self.transcript if line.kind == "say")

    @property
    def is_over(self) -> bool:
        return self.status in FINAL_CALL_STATUSES


@dataclass
class Recording:
    sid: str
    call_sid: str
    duration: int
    date_created: datetime
    status: str = "completed"


@dataclass(frozen=True)
class Mail:
    sid: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    links: tuple[str, ...]
    headers: dict[str, str]
    raw: bytes
    received_at: datetime


@dataclass(frozen=True)
class Problem:
    """Something the program did that Twilio would have refused or complained about."""

    code: int
    text: str
    at: datetime


class Shelf(Generic[Item]):
    """The newest `size` items by SID, oldest first."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._items: OrderedDict[str, Item] = OrderedDict()

    def put(self, item: Item) -> None:
        self._items[item.sid] = item
        while len(self._items) > self._size:
            self._items.popitem(last=False)

    def get(self, sid: str) -> Item | None:
        return self._items.get(sid)

    def drop(self, sid: str) -> None:
        self._items.pop(sid, None)

    def all(self) -> list[Item]:
        return list(self._items.values())


@dataclass
class State:
    """Change and read only while holding `lock`; never post to the program while holding it."""

    kept: int = KEPT
    lock: RLock = field(default_factory=RLock)
    opted_out: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.messages: Shelf[Message] = Shelf(self.kept)
        self.calls: Shelf[Call] = Shelf(self.kept)
        self.recordings: Shelf[Recording] = Shelf(self.kept)
        self.mails: Shelf[Mail] = Shelf(self.kept)

    def note(self, problem: Problem) -> None:
        with self.lock:
            self.problems.append(problem)
            del self.problems[: -self.kept]

    def find_messages(self, wanted: Callable[[Message], bool]) -> list[Message]:
        """Copies, oldest first."""
        with self.lock:
            return [copy.copy(item) for item in self.messages.all() if wanted(item)]

    def find_calls(self, wanted: Callable[[Call], bool]) -> list[Call]:
        """Copies, oldest first."""
        with self.lock:
            return [snapshot(item) for item in self.calls.all() if wanted(item)]

    def find_mails(self, wanted: Callable[[Mail], bool]) -> list[Mail]:
        with self.lock:
            return [item for item in self.mails.all() if wanted(item)]


def snapshot(call: Call) -> Call:
    """A copy that later events do not change."""
    copied = copy.copy(call)
    copied.transcript = list(call.transcript)
    return copied
