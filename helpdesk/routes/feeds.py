"""Calendars to subscribe to: the page with their addresses, and what stands behind these."""

import hashlib

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.config import settings
from helpdesk.extensions import db, limiter
from helpdesk.models import Schedule
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall import feeds
from helpdesk.oncall.schedule import all_schedules
from helpdesk.routes.access import allow, me, public
from helpdesk.routes.calendar_text import person_calendar, schedule_calendar
from helpdesk.transaction import transaction

bp = Blueprint("feeds", __name__)

OFTEN = "60 per minute"  # one address of a large provider fetches for many people


@bp.get("/oncall/calendars")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    user = me()
    own = _address("feeds.person", user.id, user.feed_secret)
    every = all_schedules() if user.is_a(RoleName.MANAGER) else []
    of_schedules = [(row, _address("feeds.schedule", row.id, row.feed_secret)) for row in every]
    return render_template("plan/calendars.html", own=own, of_schedules=of_schedules)


@bp.post("/oncall/calendars/mine")
@allow(*STAFF)
def renew_own() -> ResponseReturnValue:
    with transaction():
        feeds.renew_own(me(), me())
    return _renewed()


@bp.post("/oncall/calendars/schedules/<int:schedule_id>")
@allow(RoleName.MANAGER)
def renew_schedules(schedule_id: int) -> ResponseReturnValue:
    with transaction():
        schedule = db.session.get(Schedule, schedule_id)
        if schedule is None:
            abort(404)
        feeds.renew_schedules(schedule, me())
    return _renewed()


@bp.get("/calendars/people/<int:owner_id>/<secret>.ics")
@public
@limiter.limit(OFTEN)
def person(owner_id: int, secret: str) -> ResponseReturnValue:
    user = feeds.person_of(owner_id, secret)
    if user is None:
        abort(404)
    with force_locale(user.locale):
        return _answer(person_calendar(feeds.feed_of_person(user), user.name), "on-call.ics")


@bp.get("/calendars/schedules/<int:owner_id>/<secret>.ics")
@public
@limiter.limit(OFTEN)
def schedule(owner_id: int, secret: str) -> ResponseReturnValue:
    found = feeds.schedule_of(owner_id, secret)
    if found is None:
        abort(404)
    with force_locale(settings().default_locale):
        return _answer(schedule_calendar(feeds.feed_of_schedule(found), found.name), "schedule.ics")


def _answer(body: bytes, name: str) -> Response:
    """Whoever has it already is told so and gets nothing."""
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer.make_conditional(request.environ)


def _renewed() -> ResponseReturnValue:
    flash(_("The calendar has a new address. The old one, if there was one, no longer works."), "success")
    return redirect(url_for("feeds.index"), 303)


def _address(endpoint: str, owner_id: int, secret: str | None) -> str:
    """Empty until somebody makes one."""
    return settings().public_url + url_for(endpoint, owner_id=owner_id, secret=secret) if secret else ""
