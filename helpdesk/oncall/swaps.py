"""Duty that changes hands by agreement: offered to one person or to all, taken by the first who accepts, undone.

An offer changes nothing. What is accepted becomes an Override, another one for what is given in return. All that
was true when the offer was made is looked at again when it is accepted.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, Override, Schedule, Swap, User
from helpdesk.models.codes import RoleName, SwapState
from helpdesk.oncall import swap_letters as letters
from helpdesk.oncall.handover import hold_schedule, tell_newly_on_duty
from helpdesk.oncall.own_duty import has_all_of, has_some_of, is_absent
from helpdesk.oncall.roster import Span
from helpdesk.oncall.spans import written
from helpdesk.transaction import changed_rows


@dataclass(frozen=True)
class Offer:
    """Duty in `span` that is given away: to `to`, or to whoever takes it; `in_return` is duty of that person."""

    schedule: Schedule
    span: Span
    to: User | None = None
    in_return: Span | None = None
    note: str = ""


def find(swap_id: int) -> Swap:
    """Raises NotFound."""
    swap = db.session.get(Swap, swap_id)
    if swap is None:
        raise NotFound("not_found")
    return swap


def offer(wanted: Offer, by: User) -> Swap:
    """Offer one's own duty and tell whoever may take it.

    Raises:
        NotAllowed: "shift_over", "not_your_shift", "offered_already", "not_staff", "not_their_shift".
    """
    _check_offer(wanted, by)
    swap = Swap(
        schedule=wanted.schedule,
        offered_by=by,
        offered_to=wanted.to,
        starts_at=wanted.span.starts_at,
        ends_at=wanted.span.ends_at,
        return_starts_at=wanted.in_return.starts_at if wanted.in_return else None,
        return_ends_at=wanted.in_return.ends_at if wanted.in_return else None,
        note=wanted.note,
    )
    db.session.add(swap)
    db.session.flush()
    _note(swap, by)
    letters.offered([swap], by)
    return swap


def accept(swap: Swap, by: User) -> None:
    """Take the duty over. The first wins; what has been served already is cut off.

    Raises:
        NotAllowed: "swap_taken", "swap_not_open", "not_offered_to_you", "shift_over", "not_their_shift",
            "you_are_absent", "on_duty_already", "not_your_shift" or "they_are_absent" (the return).
    """
    hold_schedule(swap.schedule)
    _answer(swap, SwapState.OFFERED, SwapState.ACCEPTED, by)
    if not may_take(swap, by):
        raise NotAllowed("not_offered_to_you")
    span, back = _rest(swap.starts_at, swap.ends_at), _return_of(swap)
    _check_duty(swap, by, span)
    db.session.add(_override(swap, span, comes=by, goes=swap.offered_by))
    if back is not None:
        _check_return(swap, by, back)
        db.session.add(_override(swap, back, comes=swap.offered_by, goes=by))
    db.session.flush()
    letters.accepted(swap)
    tell_newly_on_duty(swap.schedule)


def decline(swap: Swap, by: User) -> None:
    """Whom it was offered to does not take it.

    Raises:
        NotAllowed: "not_offered_to_you", "swap_taken", "swap_not_open".
    """
    if swap.offered_to_id != by.id:
        raise NotAllowed("not_offered_to_you")
    _answer(swap, SwapState.OFFERED, SwapState.DECLINED, by)
    letters.answered(swap, swap.offered_by, by)


def withdraw(swap: Swap, by: User) -> None:
    """Nobody can take it any more.

    Raises:
        NotAllowed: "not_yours", "swap_taken", "swap_not_open".
    """
    if swap.offered_by_id != by.id and not by.is_a(RoleName.MANAGER):
        raise NotAllowed("not_yours")
    _answer(swap, SwapState.OFFERED, SwapState.WITHDRAWN, by)
    letters.withdrawn(swap, by)


def withdraw_needless(schedule: Schedule, by: User) -> None:
    """What is offered of duty that its giver does not have any more, nobody need take. `by` changed the plan.

    Raises:
        NotAllowed: "not_yours", unless a manager did.
    """
    query = sa.select(Swap).where(
        Swap.state == SwapState.OFFERED, Swap.schedule_id == schedule.id, Swap.ends_at > clock.now()
    )
    for swap in db.session.scalars(query).all():
        if not has_some_of(schedule, swap.offered_by, _rest(swap.starts_at, swap.ends_at)):
            withdraw(swap, by)


def undo(swap: Swap, by: User) -> None:
    """What has not been served goes back, both ways; where whoever gave it is absent, cover is asked for again.

    Raises:
        NotAllowed: "not_yours", "swap_not_open", "shift_over", "passed_on_since".
    """
    if by.id not in (swap.offered_by_id, swap.answered_by_id) and not by.is_a(RoleName.MANAGER):
        raise NotAllowed("not_yours")
    give_back(swap, by)
    absence = db.session.get(Absence, swap.absence_id) if swap.absence_id else None
    if absence is not None and absence.ends_at > clock.now():
        span = _rest(swap.starts_at, swap.ends_at)
        letters.offered([ask_for_cover(absence, swap.schedule, span, by)], absence.user)
    tell_newly_on_duty(swap.schedule)


def give_back(swap: Swap, by: User) -> None:
    """As `undo`, for whoever may do it and tells the alerts."""
    hold_schedule(swap.schedule)
    _answer(swap, SwapState.ACCEPTED, SwapState.UNDONE, by)
    now = clock.now()
    left = _not_served(swap)
    if not left:
        raise NotAllowed("shift_over")
    if is_passed_on(swap):
        raise NotAllowed("passed_on_since")
    for row in left:
        if row.starts_at < now:
            row.ends_at = now
        else:
            db.session.delete(row)
    db.session.flush()
    letters.undone(swap, by)


def is_passed_on(swap: Swap) -> bool:
    """Whoever took the duty over, or part of it, does not have it any more: it cannot come back from them."""
    return any(
        row.user is None or not has_all_of(swap.schedule, row.user, _rest(row.starts_at, row.ends_at))
        for row in _not_served(swap)
    )


def ask_for_cover(absence: Absence, schedule: Schedule, span: Span, by: User) -> Swap:
    """The offer of a shift that its person cannot serve, to all; nobody is told by this."""
    swap = Swap(
        schedule=schedule,
        absence_id=absence.id,
        offered_by=absence.user,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        note=absence.note,
    )
    db.session.add(swap)
    db.session.flush()
    _note(swap, by)
    return swap


def may_take(swap: Swap, user: User) -> bool:
    """Of staff, and it is offered to them or to all others."""
    is_meant = swap.offered_to_id in (None, user.id) and swap.offered_by_id != user.id
    return is_meant and user.is_staff and user.active


def open_offers(user: User) -> list[Swap]:
    """What the person may take and what they have offered themselves, and is not over; the next first."""
    query = sa.select(Swap).where(Swap.state == SwapState.OFFERED, Swap.ends_at > clock.now())
    rows = db.session.scalars(query.order_by(Swap.starts_at, Swap.id))
    return [swap for swap in rows if swap.offered_by_id == user.id or may_take(swap, user)]


def accepted_ahead() -> list[Swap]:
    """Swaps that hold and are not over, of everybody; the next first."""
    now = clock.now()
    ends = sa.or_(Swap.ends_at > now, Swap.return_ends_at > now)
    query = sa.select(Swap).where(Swap.state == SwapState.ACCEPTED, ends)
    return list(db.session.scalars(query.order_by(Swap.starts_at, Swap.id)))


def _not_served(swap: Swap) -> list[Override]:
    now = clock.now()
    return [row for row in swap.overrides if row.ends_at > now]


def _check_offer(wanted: Offer, by: User) -> None:
    span = _rest(wanted.span.starts_at, wanted.span.ends_at)
    if not has_all_of(wanted.schedule, by, span):
        raise NotAllowed("not_your_shift")
    if _is_offered(wanted, by):
        raise NotAllowed("offered_already")
    if wanted.to is not None and (wanted.to is by or not wanted.to.is_staff or not wanted.to.active):
        raise NotAllowed("not_staff")
    if wanted.in_return is not None:
        back = _rest(wanted.in_return.starts_at, wanted.in_return.ends_at)
        if wanted.to is None or not has_all_of(wanted.schedule, wanted.to, back):
            raise NotAllowed("not_their_shift")


def _is_offered(wanted: Offer, by: User) -> bool:
    query = sa.select(Swap.id).where(
        Swap.state == SwapState.OFFERED,
        Swap.schedule_id == wanted.schedule.id,
        Swap.offered_by_id == by.id,
        Swap.starts_at < wanted.span.ends_at,
        Swap.ends_at > wanted.span.starts_at,
    )
    return db.session.scalar(query.limit(1)) is not None


def _check_duty(swap: Swap, by: User, span: Span) -> None:
    if not has_all_of(swap.schedule, swap.offered_by, span):
        raise NotAllowed("not_their_shift")
    if is_absent(by, span):
        raise NotAllowed("you_are_absent")
    if has_some_of(swap.schedule, by, span):
        raise NotAllowed("on_duty_already")


def _check_return(swap: Swap, by: User, back: Span) -> None:
    if not has_all_of(swap.schedule, by, back):
        raise NotAllowed("not_your_shift")
    if is_absent(swap.offered_by, back):
        raise NotAllowed("they_are_absent")


def _return_of(swap: Swap) -> Span | None:
    if swap.return_starts_at is None or swap.return_ends_at is None:
        return None
    return _rest(swap.return_starts_at, swap.return_ends_at)


def _rest(starts_at: datetime, ends_at: datetime) -> Span:
    """What is left of it."""
    now = clock.now()
    if ends_at <= now:
        raise NotAllowed("shift_over")
    return Span(max(starts_at, now), ends_at)


def _override(swap: Swap, span: Span, *, comes: User, goes: User) -> Override:
    return Override(
        schedule_id=swap.schedule_id,
        user_id=comes.id,
        instead_of_id=goes.id,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        swap=swap,
        created_by_id=comes.id,
    )


def _answer(swap: Swap, was: SwapState, to: SwapState, by: User) -> None:
    """By a conditional update: of several answers at the same moment one counts."""
    facts = {"answered_at": clock.now(), "answered_by_id": by.id} if to is not SwapState.UNDONE else {}
    moved = changed_rows(sa.update(Swap).where(Swap.id == swap.id, Swap.state == was).values(state=to, **facts))
    db.session.refresh(swap)
    if moved != 1:
        raise NotAllowed("swap_taken" if swap.state is SwapState.ACCEPTED else "swap_not_open")
    _note(swap, by)


def _note(swap: Swap, by: User) -> None:
    data = written(swap) | {
        "offered_by": swap.offered_by.id,
        "offered_to": swap.offered_to.id if swap.offered_to else None,
    }
    entry = AuditEntry(user_id=by.id, action=f"swap_{swap.state}", subject=f"swap:{swap.id}", data=data)
    db.session.add(entry)
