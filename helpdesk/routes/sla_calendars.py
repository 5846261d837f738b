"""Calendars: which there are, an editor with the next weeks, and what a change would move."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.clock_words import calendar_words
from helpdesk.config import settings
from helpdesk.forms.sla_calendar import CalendarForm, values_of
from helpdesk.models import Calendar
from helpdesk.models.codes import RoleName
from helpdesk.routes import sla_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.sla_saving import handle, who_changed_it
from helpdesk.sentences import _
from helpdesk.sla import calendar_editing as rules
from helpdesk.sla.calendar_editing import CalendarDraft
from helpdesk.sla.editing import version_of
from helpdesk.sla.effects import Effect
from helpdesk.sla.following import Edit
from helpdesk.sla.opening_days import OpeningDay, opening_days

bp = Blueprint("sla_calendars", __name__, url_prefix="/sla/calendars")
WEEKS = 6
NEW = {str(day): [["08:00", "16:00"]] for day in range(5)}


@bp.get("")
@allow(RoleName.MANAGER)
def index() -> ResponseReturnValue:
    found = [(row, calendar_words(row), rules.policies_on(row)) for row in rules.all_calendars()]
    return render_template("sla/calendars.html", calendars=found, following=words.following_words())


@bp.route("/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add() -> ResponseReturnValue:
    form = CalendarForm(data=values_of(CalendarDraft("", settings().default_time_zone, weekly_hours=NEW)))

    def save() -> None:
        rules.add_calendar(form.draft(), me())

    if request.method == "GET":
        return _page(form, None, None)
    return handle(form, save, lambda effect: _page(form, None, effect), _done)


@bp.route("/<int:calendar_id>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def edit(calendar_id: int) -> ResponseReturnValue:
    row = rules.find_calendar(calendar_id)
    now = rules.draft_of(row)
    form = CalendarForm(data=values_of(now) | {"seen": version_of(rules.facts_of(now))})
    if request.method == "GET":
        return _page(form, row, None)

    def save() -> Edit | None:
        return rules.change_calendar(row, form.draft(), form.seen.data or "", me())

    return handle(form, save, lambda effect: _page(form, row, effect), _done)


def _done() -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("sla_calendars.index"), 303)


def _page(form: CalendarForm, row: Calendar | None, effect: Effect | None) -> str:
    meanwhile = ""
    if form.form_errors and row is not None:
        meanwhile = who_changed_it(f"calendar:{row.id}")
        form.seen.data = version_of(rules.facts_of(rules.draft_of(row)))
    is_readable = request.method == "GET" or not any(form.complaints())
    return render_template(
        "sla/calendar.html",
        form=form,
        calendar=row,
        effect=effect,
        meanwhile=meanwhile,
        policies=rules.policies_on(row) if row else [],
        weeks=_weeks(form.draft().row()) if is_readable else [],
        words=words,
        move_words=words.move_words,
    )


def _weeks(row: Calendar) -> Sequence[OpeningDay]:
    """From the Monday of this week on."""
    today = clock.now().astimezone(settings().zone).date()
    return list(opening_days(row, today - timedelta(days=today.weekday()), WEEKS * 7))
