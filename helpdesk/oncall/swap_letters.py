"""What people are told of duty that is offered, taken over and given back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from helpdesk import outbox
from helpdesk.extensions import db
from helpdesk.models import Absence, Swap, User
from helpdesk.models.codes import NotificationEvent, RoleName, SwapState
from helpdesk.oncall import duty_letters
from helpdesk.oncall.own_duty import is_absent
from helpdesk.oncall.people import people_with
from helpdesk.oncall.roster import Span
from helpdesk.oncall.spans import written


def offered(swaps: list[Swap], by: User, key: str = "") -> None:
    """To whoever may take one of them, one letter for all; to nobody who is absent throughout."""
    first = min(swaps, key=lambda swap: swap.starts_at)
    params = written(first) | {
        "who": by.name,
        "to_you": first.offered_to_id is not None,
        "is_absence": first.absence_id is not None,
        "shifts": [[swap.starts_at.isoformat(), swap.ends_at.isoformat()] for swap in swaps],
        "note": first.note,
        "swap": first.id if len(swaps) == 1 else None,
    }
    for user in _takers(swaps, by):
        duty_letters.write(
            user,
            NotificationEvent.COVER_WANTED,
            key=key or _key(first),
            params=params | _return_of(first),
            by=first.starts_at,
            expires_at=max(swap.ends_at for swap in swaps),
        )


def accepted(swap: Swap) -> None:
    """Both are told who has the duty now; the others need not be asked any more."""
    taker = swap.answered_by
    if taker is None:
        return
    _call_off(swap)
    for user in (swap.offered_by, taker):
        answered(swap, user, taker)


def withdrawn(swap: Swap, by: User) -> None:
    """Whom it was offered to by name learns it, and whoever offered it when somebody else took it back."""
    _call_off(swap)
    for user in (swap.offered_to, swap.offered_by):
        if user is not None and user is not by:
            answered(swap, user, by)


def undone(swap: Swap, by: User) -> None:
    for user in (swap.offered_by, swap.answered_by):
        if user is not None:
            answered(swap, user, by)


def answered(swap: Swap, reader: User, by: User) -> None:
    """What became of the offer."""
    taker = swap.answered_by
    params = written(swap) | _return_of(swap)
    params |= {"answer": swap.state.value, "by": by.name, "is_own": reader is by, "giver": swap.offered_by.name}
    params |= {"taker": taker.name if taker else "", "is_giver": reader is swap.offered_by}
    duty_letters.write(
        reader,
        NotificationEvent.SWAP_ANSWERED,
        key=f"swap:{swap.id}:{swap.state}",
        params=params,
        by=swap.starts_at,
    )


def key_of(absence: Absence) -> str:
    return f"cover:a{absence.id}"


def _key(swap: Swap) -> str:
    return f"cover:s{swap.id}"


def _takers(swaps: list[Swap], by: User) -> list[User]:
    named = swaps[0].offered_to
    if named is not None:
        return [named]
    others = [user for user in people_with(RoleName.ADMINISTRATOR) if user is not by]
    return [user for user in others if not all(is_absent(user, Span(s.starts_at, s.ends_at)) for s in swaps)]


def _call_off(swap: Swap) -> None:
    """What waits for the morning is not sent where nothing of it can be taken any more."""
    keys = [_key(swap)]
    if swap.absence_id is not None and not _others_are_open(swap):
        keys.append(f"cover:a{swap.absence_id}")
    for user in people_with(RoleName.ADMINISTRATOR):
        for key in keys:
            outbox.cancel_for_key(user.id, f"{key}:")


def _others_are_open(swap: Swap) -> bool:
    others = sa.select(Swap.id).where(Swap.absence_id == swap.absence_id, Swap.state == SwapState.OFFERED)
    return db.session.scalar(others.limit(1)) is not None


def _return_of(swap: Swap) -> dict[str, Any]:
    return {"return_starts_at": _iso(swap.return_starts_at), "return_ends_at": _iso(swap.return_ends_at)}


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
