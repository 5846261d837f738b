"""What a company must be able to do to carry one channel. A new one is one file, and one line in channels.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify.parcel import Decision, Parcel


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the provider has of one SMS or call: its own word for the state, and ours (None: an unknown word).

    `text` is that of an SMS, "" for a call; `created_at` is aware UTC, None when the provider does not say.
    """

    sid: str
    status: str
    state: AttemptState | None
    code: str = ""
    text: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True)
class Balance:
    """What is left in the account; `currency` as the provider names it ("PLN", "points")."""

    amount: float
    currency: str


def nothing_to_count() -> Balance | None:
    """Of a provider that is not paid by the message."""
    return None


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One company for one channel; `name` is what attempts and circuits are noted under: "sms:twilio".

    `prepare` puts an attempt into words while the database is at hand; `Parcel.send` then needs it no more.
    `find(address, since, until)` and `fetch(sid)` ask about the past, `probe` whether it would take a message now,
    without sending one. All three raise DeliveryError when it cannot be asked. `find` is None where there is nobody
    to ask (mail servers), or no list. `stop(sid)` ends a call that still rings and leaves an answered one alone; it
    may raise DeliveryError. `per_second` is how many messages it may be given, 0 any number. One that
    `knows_repeats` can be given the same attempt again: it says so and sends nothing twice.

    Codes in `closes_account` refuse the whole account or its sender, not one message. Those of them in `told_later`
    may come when the message has been taken: only a delivery shows that they are past. Codes in `too_many` say
    something about our pace, not about the provider.
    """

    name: str
    channel: Channel
    is_set_up: Callable[[], bool]
    prepare: Callable[[Attempt], Parcel]
    decision_for: Callable[[str], Decision]
    per_second: Callable[[], float]
    probe: Callable[[], None]
    fetch: Callable[[str], Found] | None = None
    find: Callable[[str, datetime, datetime], list[Found]] | None = None
    stop: Callable[[str], None] | None = None
    balance: Callable[[], Balance | None] = nothing_to_count
    knows_repeats: bool = False
    closes_account: frozenset[str] = frozenset()
    told_later: frozenset[str] = frozenset()
    too_many: frozenset[str] = frozenset()
