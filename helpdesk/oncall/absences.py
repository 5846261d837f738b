"""When somebody cannot be on duty: from that moment they have no duty in it, and the others are asked for cover."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, Schedule, Swap, User
from helpdesk.models.codes import RoleName, SwapState
from helpdesk.oncall import swap_letters as letters
from helpdesk.oncall import swaps
from helpdesk.oncall.handover import hold_schedule, tell_newly_on_duty
from helpdesk.oncall.own_duty import absent_people
from helpdesk.oncall.plan_changes import JUST_NOW
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import all_schedules, shifts
from helpdesk.oncall.spans import written

LONGEST = timedelta(days=400)


def add_absence(user: User, span: Span, *, by: User, note: str = "") -> Absence:
    """The person is absent in the span, from now where it has just begun; cover is asked for all of their shifts,
    in the place of what they had offered themselves.

    Raises:
        NotAllowed: "not_yours", "absence_over", "absence_too_long".
    """
    _check_person(user, by)
    span = _from_now(span)
    plans = _held_schedules()
    own = [
        (plan, shift)
        for plan in plans
        for shift in shifts(plan, span.starts_at, span.ends_at)
        if shift.user is user
    ]
    for offer in _own_offers_within(user, span):
        swaps.withdraw(offer, user)
    absence = Absence(user=user, starts_at=span.starts_at, ends_at=span.ends_at, note=note, created_by_id=by.id)
    db.session.add(absence)
    db.session.flush()
    _note(absence, by, "absence_added")
    asked = [swaps.ask_for_cover(absence, plan, Span(s.starts_at, s.ends_at), by) for plan, s in own]
    if asked:
        letters.offered(asked, user, letters.key_of(absence))
    for plan in plans:
        tell_newly_on_duty(plan)
    return absence


def cancel_absence(absence: Absence, by: User) -> None:
    """The person is there after all: what nobody has taken yet is not offered any more, what was taken and not
    served goes back, and whoever took it is told; what they passed on stays where it is, and so does the past.

    Raises:
        NotAllowed: "not_yours", "absence_over".
    """
    _check_person(absence.user, by)
    now = clock.now()
    if absence.ends_at <= now:
        raise NotAllowed("absence_over")
    plans = _held_schedules()
    for swap in db.session.scalars(sa.select(Swap).filter_by(absence_id=absence.id).order_by(Swap.id)).all():
        _take_back(swap, by)
    _note(absence, by, "absence_cancelled")
    if absence.starts_at < now:
        absence.ends_at = now
    else:
        db.session.execute(sa.update(Swap).filter_by(absence_id=absence.id).values(absence_id=None))
        db.session.delete(absence)
    db.session.flush()
    for plan in plans:
        tell_newly_on_duty(plan)


def find(absence_id: int) -> Absence:
    """Raises NotFound."""
    absence = db.session.get(Absence, absence_id)
    if absence is None:
        raise NotFound("not_found")
    return absence


def may_change(user: User, by: User) -> bool:
    """Everybody their own, managers those of all."""
    return user.is_staff and (user.id == by.id or by.is_a(RoleName.MANAGER))


def absent_too(user: User, span: Span) -> list[User]:
    """Who else is absent at some instant of the span."""
    return [other for other in absent_people(span) if other is not user]


def ahead() -> list[Absence]:
    """Absences that are not over, of everybody; the next first."""
    query = sa.select(Absence).where(Absence.ends_at > clock.now())
    return list(db.session.scalars(query.order_by(Absence.starts_at, Absence.id)))


def _own_offers_within(user: User, span: Span) -> list[Swap]:
    query = sa.select(Swap).where(
        Swap.state == SwapState.OFFERED,
        Swap.offered_by_id == user.id,
        Swap.starts_at >= span.starts_at,
        Swap.ends_at <= span.ends_at,
    )
    return list(db.session.scalars(query.order_by(Swap.id)))


def _take_back(swap: Swap, by: User) -> None:
    if swap.state is SwapState.OFFERED:
        swaps.withdraw(swap, swap.offered_by)
    elif swap.state is SwapState.ACCEPTED and swap.ends_at > clock.now() and not swaps.is_passed_on(swap):
        swaps.give_back(swap, by)


def _check_person(user: User, by: User) -> None:
    if not may_change(user, by):
        raise NotAllowed("not_yours")


def _from_now(span: Span) -> Span:
    now = clock.now()
    if span.ends_at <= now or span.starts_at < now - JUST_NOW or span.ends_at <= span.starts_at:
        raise NotAllowed("absence_over")
    if span.ends_at - span.starts_at > LONGEST:
        raise NotAllowed("absence_too_long")
    return Span(max(span.starts_at, now), span.ends_at)


def _held_schedules() -> list[Schedule]:
    found = all_schedules()
    for schedule in found:
        hold_schedule(schedule)
    return found


def _note(absence: Absence, by: User, action: str) -> None:
    subject, data = f"absence:{absence.id}", {"user": absence.user_id, **written(absence)}
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=subject, data=data))
