"""The plan of the duty: now and next, a week, a month."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.models import Schedule, User
from helpdesk.models.codes import STAFF, Channel
from helpdesk.oncall import shift_notices
from helpdesk.oncall.agenda import Day
from helpdesk.oncall.outlook import agenda, now_and_next
from helpdesk.oncall.people import address_of
from helpdesk.oncall.schedule import all_schedules
from helpdesk.routes import plan_links, plan_words
from helpdesk.routes.access import allow, me
from helpdesk.routes.plan_warnings import plan_warnings

bp = Blueprint("plan", __name__, url_prefix="/oncall")

YEARS = range(2020, 2061)  # of these the public holidays are known
WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
MONDAY = date(2024, 1, 1)  # any
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    at = clock.now()
    outlooks = [now_and_next(schedule, at) for schedule in all_schedules()]
    return render_template(
        "plan/now.html",
        outlooks=outlooks,
        to_confirm=shift_notices.asked_of(me()),
        plan_warnings=plan_warnings(me()),
        phone_of=phone_of,
        words=plan_words,
        zone_of=zone_of,
        today_of=_today,
        links=plan_links,
    )


@bp.get("/week")
@bp.get("/week/<name>")
@allow(*STAFF)
def week(name: str | None = None) -> ResponseReturnValue:
    schedule, every = _chosen()
    today = _today(schedule)
    first = _monday(name) if name else today - timedelta(days=today.weekday())
    last = first + timedelta(days=6)
    return render_template("plan/week.html", **_contents(schedule, every, first, last), first=first, last=last)


@bp.get("/month")
@bp.get("/month/<name>")
@allow(*STAFF)
def month(name: str | None = None) -> ResponseReturnValue:
    schedule, every = _chosen()
    first = _first_of_month(name) if name else _today(schedule).replace(day=1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    contents = _contents(schedule, every, first, last)
    weeks = _weeks(contents["days"], first.weekday())
    return render_template("plan/month.html", **contents, first=first, last=last, weeks=weeks, monday=MONDAY)


def phone_of(user: User) -> str | None:
    return address_of(user, Channel.VOICE)


def zone_of(schedule: Schedule | None) -> ZoneInfo:
    return ZoneInfo(schedule.time_zone) if schedule else settings().zone


def _contents(schedule: Schedule | None, every: list[Schedule], first: date, last: date) -> dict[str, Any]:
    """What a week and a month both need."""
    return {
        "schedule": schedule,
        "schedules": every,
        "zone": zone_of(schedule),
        "days": agenda(schedule, first, last) if schedule else [],
        "today": _today(schedule),
        "recorded_until": schedule.recorded_until if schedule else None,
        "only_mine": request.args.get("mine") == "1",
        "me": me(),
        "words": plan_words,
        "links": plan_links,
        "can_be_shown": lambda day: day.year in YEARS,
    }


def _chosen() -> tuple[Schedule | None, list[Schedule]]:
    """The schedule asked for, else the first one made; and all there are. 404 for one that does not exist."""
    every = all_schedules()
    if "schedule" not in request.args:
        return (every[0] if every else None), every
    wanted = read_id(request.args["schedule"])
    return next((s for s in every if s.id == wanted), None) or abort(404), every


def _today(schedule: Schedule | None) -> date:
    return clock.now().astimezone(zone_of(schedule)).date()


def _monday(name: str) -> date:
    return _date(WEEK, name, lambda year, number: date.fromisocalendar(year, number, 1))


def _first_of_month(name: str) -> date:
    return _date(MONTH, name, lambda year, number: date(year, number, 1))


def _date(pattern: re.Pattern[str], name: str, read: Any) -> date:
    """404 for a week or month that does not exist, or is too far away."""
    found = pattern.fullmatch(name)
    if found is None or int(found[1]) not in YEARS:
        abort(404)
    try:
        day: date = read(int(found[1]), int(found[2]))
    except ValueError:
        abort(404)
    return day


def _weeks(days: list[Day], empty: int) -> list[list[Day | None]]:
    """Rows of a calendar, from Monday; None before the first day of the month and after the last."""
    cells: list[Day | None] = [*[None] * empty, *days]
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]
