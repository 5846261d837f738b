"""The same request sent twice is done once: the answer that was given to an `Idempotency-Key` is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import HelpdeskError
from helpdesk.extensions import db
from helpdesk.models import ApiToken, IdempotencyKey

KEPT_FOR = timedelta(days=1)

# ON CONFLICT waits for a transaction that holds the same key, so that of two at once one acts and one replays.
_CLAIM = sa.text(
    "INSERT INTO idempotency_key (token_id, key, request_digest, status, body, created_at)"
    " VALUES (:token_id, :key, :request_digest, 0, '{}', :created_at) ON CONFLICT (token_id, key) DO NOTHING"
    " RETURNING key"
).bindparams(sa.bindparam("created_at", type_=IdempotencyKey.created_at.type))


class KeyReused(HelpdeskError):  # noqa: N818
    """The key was used for another request before."""

    def __init__(self) -> None:
        super().__init__("idempotency_key_reused")


@dataclass(frozen=True)
class Answer:
    """A status and a JSON object; `is_replay` marks what was answered before."""

    status: int
    body: dict[str, Any]
    is_replay: bool = False


def once(token: ApiToken, key: str, request_digest: str, act: Callable[[], Answer]) -> Answer:
    """What `act` answers, or what it answered when this token used the key before. Without a key it just acts.

    An error in `act` rolls the key back with everything else: the next attempt starts afresh.

    Raises:
        KeyReused: the key belongs to a request with another digest.
    """
    if not key:
        return act()
    if not _claim(token, key, request_digest):
        return _replay(token, key, request_digest)
    answer = act()
    row = db.session.get_one(IdempotencyKey, (token.id, key))
    row.status, row.body = answer.status, answer.body
    return answer


def forget_old_keys() -> None:
    """Drop the answers that have been kept long enough."""
    db.session.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT_FOR))


def _claim(token: ApiToken, key: str, request_digest: str) -> bool:
    values = {"token_id": token.id, "key": key, "request_digest": request_digest, "created_at": clock.now()}
    return db.session.scalar(_CLAIM, values) is not None


def _replay(token: ApiToken, key: str, request_digest: str) -> Answer:
    known = db.session.get_one(IdempotencyKey, (token.id, key))
    if known.request_digest != request_digest:
        raise KeyReused
    return Answer(known.status, known.body, is_replay=True)
