"""Bearer tokens of the API. A token acts as its user; only its SHA-256 digest is kept.

A digest is enough for a secret of 256 random bits, and looking it up compares nothing secret byte by byte.
"""

import hashlib
import secrets

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import ApiToken, AuditEntry, User

PREFIX = "hdk_"  # so that scanners for leaked secrets can tell what they have found


def create_token(name: str, user: User) -> str:
    """A new token for `user`, in clear text for this one time."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(name=name, user=user, digest=_digest(token))
    db.session.add(row)
    db.session.flush()
    _note(row, "api_token_created")
    return token


def find_token(token: str) -> ApiToken | None:
    """The token's row, unless it is unknown or revoked or its user has left."""
    row = db.session.scalar(sa.select(ApiToken).filter_by(digest=_digest(token), revoked_at=None))
    return row if row is not None and row.user.active else None


def all_tokens() -> list[ApiToken]:
    """Oldest first, revoked ones too."""
    return list(db.session.scalars(sa.select(ApiToken).order_by(ApiToken.id)))


def revoke_token(token_id: int) -> None:
    """From now on it is refused. Revoking it again changes nothing.

    Raises:
        NotFound: there is no such token.
    """
    row = db.session.get(ApiToken, token_id)
    if row is None:
        raise NotFound("api_token_not_found")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        _note(row, "api_token_revoked")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _note(row: ApiToken, action: str) -> None:
    db.session.add(AuditEntry(user_id=row.user_id, action=action, subject=f"api_token:{row.id}"))
