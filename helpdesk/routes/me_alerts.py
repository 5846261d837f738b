"""My settings, for staff: how alerts come, and a test that rings for real."""

from collections.abc import Sequence
from datetime import time
from typing import Any
from zlib import crc32

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from helpdesk.errors import NotAllowed
from helpdesk.forms.me import NEVER, ORDER, PERIODS, NormalForm, SureForm, UrgentForm
from helpdesk.models import NotifyRule
from helpdesk.models.codes import STAFF, Channel, Priority
from helpdesk.oncall import own_test
from helpdesk.oncall.spans import is_between
from helpdesk.people import rules
from helpdesk.quiet import quiet_hours_of
from helpdesk.routes import me_words
from helpdesk.routes.access import allow, me
from helpdesk.routes.me import bp
from helpdesk.sentences import _
from helpdesk.tickets.tell import notices_of
from helpdesk.transaction import transaction

__all__ = ["bp"]
REFRESH_SECONDS = 3
NIGHT = (time(22), time(7))
DEEP = time(3)  # what holds it is somebody's night
STANDARD = {Channel.SMS: "0", Channel.VOICE: "1"}  # the nearest to it in whole minutes


@bp.get("/alerts")
@allow(*STAFF)
def alerts() -> ResponseReturnValue:
    return _show_rules({})


@bp.post("/alerts/urgent")
@allow(*STAFF)
def set_urgent() -> ResponseReturnValue:
    form = UrgentForm()
    if form.validate() and form.night_from.data == form.night_until.data:
        form.night_until.errors = [_("The night has a beginning and an end.")]
    if not form.errors and not list(form.wanted()):
        form.form_errors.append(
            _(
                "An alert has to reach you: choose at least one channel. "
                "When you cannot be there, say so as an absence."
            )
        )
    if form.errors:
        return _show_rules({"urgent": form}), 422
    with transaction():
        rules.set_urgent(me(), form.wanted())
    return _saved()


@bp.post("/alerts/normal")
@allow(*STAFF)
def set_normal() -> ResponseReturnValue:
    form = NormalForm()
    if form.validate() and form.own_quiet.data and form.quiet is None:
        form.quiet_from.errors = [_("Write both times like this: 22:00.")]
    if form.errors:
        return _show_rules({"normal": form}), 422
    try:
        with transaction():
            rules.set_normal(me(), [Channel(each) for each in form.channels.data], form.quiet)
    except NotAllowed as refused:
        form.quiet_from.errors = [str(me_words.REFUSED[refused.code])]
        return _show_rules({"normal": form}), 422
    return _saved()


@bp.post("/alerts/standard")
@allow(*STAFF)
def reset() -> ResponseReturnValue:
    with transaction():
        rules.reset(me())
    return _saved()


@bp.get("/test")
@allow(*STAFF)
def test() -> ResponseReturnValue:
    found = _test()
    return render_template("me/test.html", **found, refresh_seconds=REFRESH_SECONDS)


@bp.get("/test/now")
@allow(*STAFF)
def test_now() -> ResponseReturnValue:
    """The part that changes by itself; the page's script asks for it."""
    return render_template("me/_test.html", **_test())


@bp.post("/test")
@allow(*STAFF)
def start_test() -> ResponseReturnValue:
    try:
        with transaction():
            own_test.start(me())
    except NotAllowed as refused:
        flash(str(me_words.REFUSED[refused.code]), "warning")
    return redirect(url_for("me.test"), 303)


def _saved() -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("me.alerts"), 303)


def _show_rules(sent: dict[str, Form]) -> str:
    urgent = rules.rules_of(me(), Priority.URGENT)
    quiet = quiet_hours_of(me())
    normal: dict[str, Any] = {
        "channels": [channel.value for channel in notices_of(me())],
        "own_quiet": me().quiet_from is not None,
        "quiet_from": quiet[0],
        "quiet_until": quiet[1],
    }
    return render_template(
        "me/alerts.html",
        urgent=sent.get("urgent") or UrgentForm(formdata=None, data=_as_typed(urgent)),
        normal=sent.get("normal") or NormalForm(formdata=None, data=normal),
        is_standard=not urgent and not rules.rules_of(me(), Priority.NORMAL) and me().quiet_from is None,
        happens=me_words.what_happens(me(), urgent),
        channels=ORDER,
        periods=PERIODS,
        quiet=quiet,
    )


def _as_typed(urgent: Sequence[NotifyRule]) -> dict[str, Any]:
    """The stored rules as the form shows them; the standard where there are none."""
    night = next((span for rule in urgent for span in _spans(rule) if is_between(DEEP, *span)), NIGHT)
    typed: dict[str, Any] = {"night_from": night[0], "night_until": night[1]}
    for period in PERIODS:
        for channel in ORDER:
            typed[f"{period}_{channel}"] = NEVER if urgent else STANDARD.get(channel, NEVER)
    for rule in urgent:
        period = "night" if (rule.from_time, rule.until_time) == night else "day"
        typed[f"{period}_{rule.channel}"] = str(rule.minutes)
    return typed


def _spans(rule: NotifyRule) -> list[tuple[time, time]]:
    """The part of the day that a rule is about, and the other one."""
    if rule.from_time is None or rule.until_time is None:
        return []
    return [(rule.from_time, rule.until_time), (rule.until_time, rule.from_time)]


def _test() -> dict[str, Any]:
    last = own_test.last(me())
    tried = [me_words.tried(attempt) for attempt in own_test.attempts_of(last)] if last else []
    is_running = last is not None and own_test.is_running(last)
    return {
        "test": last,
        "says": me_words.test_says(last) if last else "",
        "tried": tried,
        "is_running": is_running,
        "ways": me_words.in_words(own_test.ways(me())),
        "form": SureForm(),
        "version": f"{last.id}-{is_running}-{crc32(repr(tried).encode())}" if last else "",
    }
