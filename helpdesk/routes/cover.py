"""Absences and swaps: who gives away a duty, who takes it, who will not be there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db, limiter
from helpdesk.forms.cover import AbsenceForm, OfferForm
from helpdesk.forms.wall import read_wall
from helpdesk.labels import error_sentence
from helpdesk.models import Schedule, ShiftNotice, Swap, User
from helpdesk.models.codes import STAFF, RoleName, SwapState
from helpdesk.oncall import absences, shift_notices, swaps
from helpdesk.oncall.people import people_with
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import Shift, all_schedules, main_schedule, shifts
from helpdesk.oncall.swaps import Offer
from helpdesk.routes import plan_links
from helpdesk.routes.access import allow, me
from helpdesk.routes.cover_words import absence_words, done_words, shift_words
from helpdesk.routes.way_back import way_back
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("cover", __name__, url_prefix="/oncall/cover")

AHEAD = timedelta(days=30)
ANSWERS: dict[str, Callable[[Swap, User], None]] = {
    "accept": swaps.accept,
    "decline": swaps.decline,
    "withdraw": swaps.withdraw,
    "undo": swaps.undo,
}
BESIDE_THE_SPAN = ("not_your_shift", "shift_over", "offered_already", "absence_over", "absence_too_long")
often_enough = limiter.limit("30 per hour", methods=["POST"], key_func=lambda: f"cover {current_user.get_id()}")


@dataclass(frozen=True)
class OwnShift:
    """A shift of the reader that comes; `offer` is theirs of it, or of a part, that is open; `notice` waits to be
    confirmed."""

    schedule: Schedule
    shift: Shift
    offer: Swap | None
    notice: ShiftNotice | None


@bp.get("")
@allow(*STAFF)
def index() -> str:
    reader = me()
    offers = swaps.open_offers(reader)
    agreed = swaps.accepted_ahead()
    return render_template(
        "cover/index.html",
        waiting=[swap for swap in offers if swaps.may_take(swap, reader)],
        own_offers=[swap for swap in offers if swap.offered_by_id == reader.id],
        shifts=own_shifts(reader, offers),
        agreed=[swap for swap in agreed if _may_undo(swap, reader)],
        absences=[(absence, absences.may_change(absence.user, reader)) for absence in absences.ahead()],
        schedules=all_schedules(),
        links=plan_links,
    )


@bp.route("/offer", methods=["GET", "POST"])
@allow(*STAFF)
@often_enough
def offer() -> ResponseReturnValue:
    reader, schedule = me(), _schedule_asked()
    asked = {
        "starts_at": _typed("since"),
        "ends_at": _typed("until"),
    }
    form = OfferForm(data=asked)
    others = _shifts_of_others(schedule, reader)
    form.to.choices = [(0, _("all administrators")), *((user.id, user.name) for user in _colleagues(reader))]
    form.in_return.choices = [("", _("nothing")), *((key, shift_words(shift)) for key, shift in others.items())]
    if form.validate_on_submit() and _fits(form, others):
        wanted = _wanted(form, schedule, others)
        if _tried(form, lambda: swaps.offer(wanted, reader)):
            flash(_("Offered. Until somebody accepts, the duty stays yours."), "success")
            return redirect(url_for("cover.index"), 303)
    status = 422 if form.errors else 200
    return render_template("cover/offer.html", form=form, schedule=schedule), status


@bp.route("/absent", methods=["GET", "POST"])
@allow(*STAFF)
@often_enough
def absent() -> ResponseReturnValue:
    reader = me()
    asked = {
        "starts_at": _typed("since"),
        "ends_at": _typed("until"),
    }
    people = {user.id: user for user in ([reader, *_colleagues(reader)] if _is_manager(reader) else [reader])}
    asked_for = read_id(request.args.get("user")) or 0
    form = AbsenceForm(data=asked | {"user": asked_for if asked_for in people else reader.id})
    form.user.choices = [(user.id, user.name) for user in people.values()]
    warned: list[User] = []
    if form.validate_on_submit():
        user, span = people[form.user.data], form.span
        warned, saved = absences.absent_too(user, span), absence_words(_shifts_within(user, span))
        if _has_seen(form, warned) and _tried(form, lambda: _add(user, span, reader, form.note.data)):
            flash(saved, "success")
            return redirect(url_for("cover.index"), 303)
        form.seen.data = _ids(warned)
    status = 422 if form.errors else 200
    return render_template("cover/absent.html", form=form, warned=warned, is_for_all=len(people) > 1), status


@bp.post("/swaps/<int:swap_id>/<any(accept, decline, withdraw, undo):answer>")
@allow(*STAFF)
def answer(swap_id: int, answer: str) -> ResponseReturnValue:
    try:
        with transaction():
            ANSWERS[answer](swaps.find(swap_id), me())
    except NotAllowed as refused:
        flash(_refused(swaps.find(swap_id), refused), "warning")
    else:
        flash(done_words(answer), "success")
    return redirect(url_for("cover.index"), 303)


@bp.post("/absences/<int:absence_id>/cancel")
@allow(*STAFF)
def cancel(absence_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            absences.cancel_absence(absences.find(absence_id), me())
    except NotAllowed as refused:
        flash(str(error_sentence(refused.code)), "warning")
    else:
        flash(_("The absence is cancelled. What others took over and have not served is back."), "success")
    return redirect(url_for("cover.index"), 303)


@bp.post("/shifts/<int:notice_id>/confirm")
@allow(*STAFF)
def confirm(notice_id: int) -> ResponseReturnValue:
    """From My duty, from the plan and from here: back to where the button was."""
    with transaction():
        row = db.session.get(ShiftNotice, notice_id)
        if row is None or row.user_id != me().id:
            raise NotFound("not_found")
        shift_notices.confirm(row)
    flash(_("Thank you: your duty is confirmed."), "success")
    return redirect(way_back())


def own_shifts(reader: User, offers: list[Swap]) -> list[OwnShift]:
    """In all schedules, the next first."""
    now = clock.now()
    mine = [swap for swap in offers if swap.offered_by_id == reader.id]
    notices = shift_notices.unconfirmed_of(reader)
    found = []
    for schedule in all_schedules():
        for shift in shifts(schedule, now, now + AHEAD):
            if shift.user.id == reader.id:
                offered = next((swap for swap in mine if _is_of(swap, schedule, shift)), None)
                notice = next((row for row in notices if _is_of(row, schedule, shift)), None)
                found.append(OwnShift(schedule, shift, offered, notice))
    return sorted(found, key=lambda own: own.shift.starts_at)


def _is_of(row: Swap | ShiftNotice, schedule: Schedule, shift: Shift) -> bool:
    return row.schedule_id == schedule.id and row.starts_at < shift.ends_at and row.ends_at > shift.starts_at


def _schedule_asked() -> Schedule:
    """The one that the address names, else the main one. Raises NotFound where there is none."""
    named = read_id(request.args.get("schedule"))
    schedule = db.session.get(Schedule, named) if named else main_schedule()
    if schedule is None:
        raise NotFound("not_found")
    return schedule


def _colleagues(reader: User) -> list[User]:
    others = [user for user in people_with(RoleName.ADMINISTRATOR) if user.id != reader.id]
    return sorted(others, key=lambda user: user.name)


def _shifts_of_others(schedule: Schedule, reader: User) -> dict[str, Shift]:
    now = clock.now()
    coming = shifts(schedule, now, now + AHEAD)
    theirs = [s for s in coming if s.user.id != reader.id and s.starts_at > now and s.ends_at < now + AHEAD]
    return {f"{s.user.id} {s.starts_at.isoformat()}": s for s in theirs}


def _fits(form: OfferForm, others: dict[str, Shift]) -> bool:
    shift = others.get(form.in_return.data or "")
    if shift is not None and form.to.data not in (0, shift.user.id):
        form.in_return.errors = [_("This is a shift of %(name)s: offer it to that person.", name=shift.user.name)]
        return False
    return True


def _wanted(form: OfferForm, schedule: Schedule, others: dict[str, Shift]) -> Offer:
    shift = others.get(form.in_return.data or "")
    to = shift.user if shift else (db.session.get(User, form.to.data) if form.to.data else None)
    back = Span(shift.starts_at, shift.ends_at) if shift else None
    return Offer(schedule, form.span, to, back, (form.note.data or "").strip())


def _shifts_within(user: User, span: Span) -> list[Shift]:
    """Those not over that the person would have in the span."""
    since = max(span.starts_at, clock.now())
    plans = all_schedules() if since < span.ends_at else []
    return [shift for plan in plans for shift in shifts(plan, since, span.ends_at) if shift.user.id == user.id]


def _typed(name: str) -> datetime | None:
    """What the address says, as the house's clocks show it."""
    return read_wall(request.args.get(name), settings().default_time_zone)


def _add(user: User, span: Span, by: User, note: str | None) -> object:
    return absences.add_absence(user, span, by=by, note=(note or "").strip())


def _tried(form: Any, act: Callable[[], object]) -> bool:
    """Whether the rule let it happen; if not, its sentence stands beside the field or above the form."""
    try:
        with transaction():
            act()
    except NotAllowed as refused:
        sentence = str(error_sentence(refused.code))
        if refused.code in BESIDE_THE_SPAN:
            form.starts_at.errors = [sentence]
        else:
            form.form_errors.append(sentence)
        return False
    return True


def _has_seen(form: AbsenceForm, warned: list[User]) -> bool:
    return {str(user.id) for user in warned} <= set((form.seen.data or "").split())


def _ids(people: list[User]) -> str:
    return " ".join(str(user.id) for user in people)


def _may_undo(swap: Swap, reader: User) -> bool:
    return reader.id in (swap.offered_by_id, swap.answered_by_id) or _is_manager(reader)


def _is_manager(user: User) -> bool:
    return user.is_a(RoleName.MANAGER)


def _refused(swap: Swap, refused: NotAllowed) -> str:
    """Whoever comes too late reads who has it."""
    if refused.code == "swap_taken" and swap.state is SwapState.ACCEPTED and swap.answered_by is not None:
        return _("%(name)s was faster and has this duty. You need not do anything.", name=swap.answered_by.name)
    return str(error_sentence(refused.code))
