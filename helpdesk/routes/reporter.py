"""The reporter's own pages of one ticket, opened by the personal link: receipt, state, conversation."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken, BadUpload, NotFound
from helpdesk.extensions import db, limiter
from helpdesk.forms.reporter import AnswerForm
from helpdesk.forms.uploads import Kept, not_stored, uploads_before, uploads_sent
from helpdesk.models import Attachment, Clock, Message, Ticket, TimelineEvent
from helpdesk.models.codes import MessageKind
from helpdesk.routes.access import public
from helpdesk.routes.errors import too_large
from helpdesk.routes.files import send
from helpdesk.routes.limits import is_stale_too_often
from helpdesk.routes.reporter_words import PROMISES, promise_of, state_of, way_back_of
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.attachments import open_file, public_attachments
from helpdesk.tickets.conversation import write_as_reporter
from helpdesk.tickets.questions import answers_for_display, is_violence_threatened
from helpdesk.transaction import transaction

bp = Blueprint("reporter", __name__)
bp.register_error_handler(RequestEntityTooLarge, too_large)


@dataclass(frozen=True)
class View:
    """A ticket as its reporter sees it: nothing internal."""

    ticket: Ticket
    token: str
    headline: str
    explanation: str
    way_back: str
    promises: list[tuple[str, Clock]]
    messages: list[Message]
    events: list[TimelineEvent]
    files: list[Attachment]

    @property
    def is_open(self) -> bool:
        return self.ticket.survivor.is_open

    @property
    def survivors_link(self) -> str:
        """To the ticket in which this one goes on, if it is of the same unit: the link shows all of it."""
        survivor = self.ticket.survivor
        if survivor.id == self.ticket.id or survivor.unit_id != self.ticket.unit_id:
            return ""
        return url_for("reporter.page", token=tokens.sign(tokens.TICKET_PAGE, survivor.id))

    @property
    def link(self) -> str:
        return settings().public_url + url_for("reporter.page", token=self.token)

    @property
    def last_message_id(self) -> int:
        return max((message.id for message in self.ticket.survivor.messages), default=0)

    def files_of(self, message: Message | None) -> list[Attachment]:
        wanted = message.id if message else None
        return [attachment for attachment in self.files if attachment.message_id == wanted]


@bp.get("/t/<token>")
@public
def page(token: str) -> ResponseReturnValue:
    return show(ticket_of(token), AnswerForm(), Kept())


@bp.get("/t/<token>/live")
@public
def live(token: str) -> ResponseReturnValue:
    """The part of the page that changes by itself; the page's script asks for it."""
    return render_template("reporter/_live.html", view=view_of(ticket_of(token)))


@bp.get("/t/<token>/state")
@public
def state(token: str) -> ResponseReturnValue:
    """The same for the receipt: who has the ticket, in one sentence."""
    return render_template("reporter/_state.html", view=view_of(ticket_of(token)))


@bp.get("/t/<token>/receipt")
@public
def receipt(token: str) -> ResponseReturnValue:
    ticket = ticket_of(token)
    threatened = is_violence_threatened(ticket)
    return render_template(
        "reporter/receipt.html",
        view=view_of(ticket),
        is_violence_threatened=threatened,
    )


@bp.get("/t/<token>/files/<int:attachment_id>")
@public
def download(token: str, attachment_id: int) -> ResponseReturnValue:
    own = {attachment.id: attachment for attachment in public_attachments(ticket_of(token))}
    if attachment_id not in own:
        raise NotFound("not_found")
    path: Path = open_file(own[attachment_id])
    return send(own[attachment_id], path)


@bp.post("/t/<token>")
@public
@limiter.limit("20 per minute")
def write(token: str) -> ResponseReturnValue:
    ticket, form, kept = ticket_of(token), AnswerForm(), uploads_sent()
    if not form.is_valid(kept):
        return show(ticket, form, kept), 422
    if not ticket.survivor.is_open and not form.reopen.data:
        sentence = _("The ticket was resolved in the meantime. If something is still wrong, reopen it below.")
        return show(ticket, form, kept, sentence), 409
    try:
        write_once(ticket.id, (form.body.data or "").strip(), kept)
    except BadUpload:
        without = not_stored()
        form.is_valid(without)
        return show(ticket, form, without), 422
    return redirect(url_for("reporter.page", token=token) + "#conversation", 303)


def write_once(ticket_id: int, body: str, kept: Kept) -> None:
    """A second click on the same form finds its message already there."""
    seen = request.form.get("seen", default=0, type=int)
    with transaction():
        ticket = db.session.get_one(Ticket, ticket_id, with_for_update=True)
        if not _is_written(ticket.survivor, body, seen):
            write_as_reporter(ticket, body, kept.files)


@bp.errorhandler(CSRFError)
def session_expired(_error: CSRFError) -> ResponseReturnValue:
    if is_stale_too_often():
        return too_many(TooManyRequests())
    sentence = _("The page was open for a long time. Nothing is lost: check it and send it again.")
    return show_again(sentence, 400, uploads_sent)


@bp.errorhandler(TooManyRequests)
def too_many(_error: TooManyRequests) -> ResponseReturnValue:
    return show_again(_("Too many messages at once. Wait a minute and send it again."), 429, uploads_before)


@bp.errorhandler(BadToken)
@bp.errorhandler(NotFound)
def gone(_error: Exception) -> ResponseReturnValue:
    return render_template("reporter/gone.html"), 404


def ticket_of(token: str) -> Ticket:
    """The ticket of a personal link.

    Raises:
        BadToken: the link is forged or has expired.
        NotFound: the ticket has been erased.
    """
    [ticket_id] = tokens.read(tokens.TICKET_PAGE, token)
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound("not_found")
    return ticket


def view_of(ticket: Ticket) -> View:
    headline, explanation = state_of(ticket)
    clocks = clocks_of(ticket)
    return View(
        ticket=ticket,
        token=(request.view_args or {})["token"],
        headline=headline,
        explanation=explanation,
        way_back=way_back_of(ticket),
        promises=[(promise_of(kind, clocks[kind]), clocks[kind]) for kind in PROMISES if kind in clocks],
        messages=[message for message in ticket.messages if message.kind is MessageKind.PUBLIC],
        events=[event for event in ticket.events if event.is_public],
        files=public_attachments(ticket),
    )


def show(ticket: Ticket, form: AnswerForm, kept: Kept, remark: str = "") -> str:
    form.body.flags.required = not ticket.survivor.is_open
    answers = answers_for_display(ticket)
    view = view_of(ticket)
    return render_template("reporter/page.html", view=view, form=form, kept=kept, remark=remark, answers=answers)


def show_again(sentence: str, status: int, find_kept: Callable[[], Kept]) -> ResponseReturnValue:
    """The page with the message as it was sent, and why it was not taken."""
    token = (request.view_args or {})["token"]
    return show(ticket_of(token), AnswerForm(), find_kept(), sentence), status


def _is_written(ticket: Ticket, body: str, seen: int) -> bool:
    same = (Message.ticket_id == ticket.id, Message.from_reporter, Message.id > seen, Message.body == body)
    return bool(db.session.scalar(sa.select(sa.exists().where(*same))))
