"""My duty: what must be taken now, for a phone at three in the morning."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.forms.desk import EmptyForm, ReplyForm, WordsForm
from helpdesk.health.duty import words_on_tests
from helpdesk.models import Schedule, Ticket, User
from helpdesk.models.codes import STAFF
from helpdesk.oncall import shift_notices
from helpdesk.oncall.schedule import Shift, current_shift, main_schedule, next_shift, shifts
from helpdesk.routes import desk
from helpdesk.routes.access import allow, me
from helpdesk.routes.contacts import planned_problems
from helpdesk.routes.holding import holding_of, offered
from helpdesk.routes.ticket_actions import CHANGED_MEANWHILE, Rule, hand_to_next, perform, send, take
from helpdesk.sentences import _
from helpdesk.tickets import lifecycle
from helpdesk.tickets.access import find_ticket, visible_to
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.page import alerted_people, last_events, passed_on_by
from helpdesk.tickets.queries import further_wanted, held_urgent, unanswered_alerts
from helpdesk.tickets.questions import answers_for_display

bp = Blueprint("duty", __name__, url_prefix="/duty")

AHEAD = timedelta(days=14)
PLANNED = timedelta(days=7)  # how far ahead a phone that does not work is named
REFRESH_SECONDS = 10


@dataclass(frozen=True)
class Alert:
    """An urgent ticket that nobody has: was it addressed to the reader, did the reader pass it on."""

    ticket: Ticket
    is_mine: bool
    is_passed_on: bool


@dataclass(frozen=True)
class Duty:
    """Who is on duty now and next; `mine` are the reader's shifts of the next fortnight."""

    current: Shift | None
    following: Shift | None
    mine: list[Shift]


@bp.get("")
@allow(*STAFF)
def now() -> ResponseReturnValue:
    return show()


@bp.get("/alerts")
@allow(*STAFF)
def alerts() -> ResponseReturnValue:
    """The part that changes by itself; the page's script asks for it."""
    return render_template("duty/_now.html", **contents(me(), {}))


@bp.post("/<number>/acknowledge")
@allow(*STAFF)
def acknowledge(number: str) -> ResponseReturnValue:
    return act(number, EmptyForm(), take)


@bp.post("/<number>/pass")
@allow(*STAFF)
def hand_on(number: str) -> ResponseReturnValue:
    return act(number, EmptyForm(), hand_to_next)


@bp.post("/<number>/reply")
@allow(*STAFF)
def reply(number: str) -> ResponseReturnValue:
    form = ReplyForm()

    def rule(ticket: Ticket, by: User) -> str:
        send(ticket, by, form.body.data.strip())
        return _("Sent.")

    return act(number, form, rule)


@bp.post("/<number>/resolve")
@allow(*STAFF)
def resolve(number: str) -> ResponseReturnValue:
    form = WordsForm()

    def rule(ticket: Ticket, by: User) -> str:
        closing = send(ticket, by, (form.body.data or "").strip())
        lifecycle.resolve(ticket, of_user(by), closing=closing)
        return _("%(number)s is resolved; the reporter is told.", number=ticket.number)

    return act(number, form, rule)


def act(number: str, form: Any, rule: Rule) -> ResponseReturnValue:
    """Do it and come back here; when refused, the page says why and keeps what was typed."""
    ticket = find_ticket(number, me())
    if not form.validate():
        flash(_("Nothing was sent yet: see what is marked below."), "error")
        return show({ticket.id: form}), 422
    result = perform(number, rule)
    if not result.code:
        flash(result.sentence, "success")
        return redirect(url_for("duty.now"))
    flash(result.sentence, "warning" if result.code == CHANGED_MEANWHILE else "error")
    is_here = any(held.id == ticket.id for held in held_urgent(me().id))
    return (show({ticket.id: form}) if is_here else desk.show(ticket, {"words": form})), 409


def show(sent: dict[int, Any] | None = None) -> str:
    """`sent` are forms that came back, by ticket."""
    at = clock.now()
    return render_template(
        "duty/now.html",
        **contents(me(), sent or {}),
        tests=words_on_tests(at),
        to_confirm=shift_notices.asked_of(me()),
        unreachable=planned_problems(me(), at, at + PLANNED),
        refresh_seconds=REFRESH_SECONDS,
    )


def contents(reader: User, sent: dict[int, Any]) -> dict[str, Any]:
    """What the page and its part that changes by itself both need."""
    waiting, held = open_alerts(reader), held_urgent(reader.id)
    holdings = {ticket.id: holding_of(ticket, reader) for ticket in held}
    wanted = [
        (ticket, found)
        for ticket in further_wanted(visible_to(reader), reader.id)
        if ticket.id not in holdings and (found := holding_of(ticket, reader))
    ]
    seen = last_events([ticket.id for ticket in held])
    return {
        "alerts": waiting,
        "held": held,
        "holdings": holdings,
        "wanted": wanted,
        "hand_to": {ticket.id: offered(ticket) for ticket in (*held, *(alert.ticket for alert in waiting))},
        "forms": {ticket.id: sent.get(ticket.id) or WordsForm(formdata=None) for ticket in held},
        "seen": seen,
        "answers_of": answers_for_display,
        "sensitive": desk.SENSITIVE,
        "duty": duty_of(reader, main_schedule()),
        "version": _version(waiting, seen, [ticket for ticket, _found in wanted]),
    }


def duty_of(reader: User, schedule: Schedule | None) -> Duty:
    if schedule is None:
        return Duty(None, None, [])
    at = clock.now()
    mine = [shift for shift in shifts(schedule, at, at + AHEAD) if shift.user.id == reader.id]
    return Duty(current_shift(schedule, at), next_shift(schedule, at), mine)


def open_alerts(reader: User) -> list[Alert]:
    """Those addressed to the reader first; what the reader passed on comes last."""
    tickets = unanswered_alerts(visible_to(reader))
    alerted, passed = alerted_people(tickets), passed_on_by(reader.id, tickets)
    found = [
        Alert(ticket, is_mine=(ticket.id, reader.id) in alerted, is_passed_on=ticket.id in passed)
        for ticket in tickets
    ]
    return sorted(found, key=lambda alert: (alert.is_passed_on, not alert.is_mine))


def _version(waiting: list[Alert], seen: dict[int, int], wanted: list[Ticket]) -> str:
    """Changes when the page should."""
    alerts = [f"{alert.ticket.id}{'p' if alert.is_passed_on else ''}" for alert in waiting]
    further = [f"{ticket.id}w" for ticket in wanted]
    return "-".join([*alerts, *further, *(f"{ticket_id}.{event_id}" for ticket_id, event_id in seen.items())])
