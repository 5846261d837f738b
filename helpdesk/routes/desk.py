"""The desk: what is open and what comes next, and the page of one ticket with everything that staff do to it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from helpdesk import tokens
from helpdesk.forms.desk import (
    AssignForm,
    CategoryForm,
    EmptyForm,
    MergeForm,
    NoteForm,
    PriorityForm,
    ReopenForm,
    ReplyForm,
    WordsForm,
    code_or_none,
)
from helpdesk.forms.participants import ParticipantForm
from helpdesk.forms.uploads import Kept, uploads_sent
from helpdesk.hotline.page import calls_of
from helpdesk.hotline.strangers import is_of_strangers
from helpdesk.inbound.mail_quarantine import count_waiting, mails_of
from helpdesk.models import Message, Ticket, User
from helpdesk.models.codes import STAFF, Category, MessageKind, ParticipantState, Priority, RoleName
from helpdesk.oncall.people import people_with
from helpdesk.routes import desk_list, proof
from helpdesk.routes.access import EVERYBODY, allow, me
from helpdesk.routes.holding import holding_of, offered
from helpdesk.routes.letter_words import history
from helpdesk.routes.origin_words import origins
from helpdesk.routes.ticket_actions import CHANGED_MEANWHILE, Finish, Result, Rule, perform, send, take
from helpdesk.sentences import _
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets import conversation, lifecycle
from helpdesk.tickets.access import find_ticket
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.attachments import public_attachments
from helpdesk.tickets.page import last_events
from helpdesk.tickets.participants import participants_of
from helpdesk.tickets.queries import municipalities_like
from helpdesk.tickets.questions import answers_for_display

bp = Blueprint("desk", __name__, url_prefix="/desk")

SENSITIVE = (Category.HATE, Category.HATE_SPEECH)
NOTHING_KEPT = Kept()
FORMS: dict[str, type[FlaskForm]] = {
    "words": ReplyForm,
    "note": NoteForm,
    "assign": AssignForm,
    "priority": PriorityForm,
    "reopen": ReopenForm,
    "category": CategoryForm,
    "merge": MergeForm,
    "participant": ParticipantForm,
}


@bp.get("")
@allow(*STAFF, RoleName.COORDINATOR)
def index() -> ResponseReturnValue:
    named = desk_list.ticket_named(request.args.get("q", ""), me())
    if named is not None:
        return redirect(url_for("desk.ticket", number=named.number))
    waiting = sum(count_waiting().values()) if me().is_a(RoleName.MANAGER) else 0
    return render_template("desk/index.html", **desk_list.contents(request.args, me()), mails_waiting=waiting)


@bp.get("/places")
@allow(*STAFF)
def places() -> ResponseReturnValue:
    """Municipalities for what is being typed, as options."""
    text = request.args.get("q", "").strip()[: desk_list.PLACE_CHARACTERS]
    return render_template("desk/_places.html", places=municipalities_like(text))


@bp.get("/<number>")
@allow(*EVERYBODY)
def ticket(number: str) -> ResponseReturnValue:
    found, reader = find_ticket(number, me()), me()
    if reader.is_staff:
        return show(found)
    if found.reporter_user_id == reader.id and "reporter.page" in current_app.view_functions:
        return redirect(url_for("reporter.page", token=tokens.sign(tokens.TICKET_PAGE, found.id)))
    return render_template("desk/public.html", **_shared(found, public_attachments(found)))


@bp.post("/<number>/acknowledge")
@allow(*STAFF)
def acknowledge(number: str) -> ResponseReturnValue:
    return act(number, EmptyForm(), take)


@bp.post("/<number>/reply")
@allow(*STAFF)
def reply(number: str) -> ResponseReturnValue:
    return act_with_words(number, ReplyForm(), lambda _ticket, _by, _message: _("Sent."))


@bp.post("/<number>/wait")
@allow(*STAFF)
def wait(number: str) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User, _question: Message | None) -> str:
        lifecycle.wait_for_unit(ticket, of_user(by))
        return _("The ticket waits for the unit; the clocks stand still.")

    return act_with_words(number, WordsForm(), rule)


@bp.post("/<number>/resolve")
@allow(*STAFF)
def resolve(number: str) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User, closing: Message | None) -> str:
        lifecycle.resolve(ticket, of_user(by), closing=closing)
        return _("Resolved; the reporter is told.")

    return act_with_words(number, WordsForm(), rule)


@bp.post("/<number>/note")
@allow(*STAFF)
def note(number: str) -> ResponseReturnValue:
    form = NoteForm()

    def rule(ticket: Ticket, by: User) -> str:
        conversation.add_note(ticket, of_user(by), form.note.data.strip())
        return _("Note saved. Only staff see it.")

    return act(number, form, rule, name="note")


@bp.post("/<number>/assign")
@allow(*STAFF)
def assign(number: str) -> ResponseReturnValue:
    people = {user.id: user for user in staff()}
    form = AssignForm().offer(list(people.values()))

    def rule(ticket: Ticket, by: User) -> str:
        to = people[form.to.data]
        lifecycle.assign(ticket, to, of_user(by))
        return _("Assigned to %(who)s.", who=to.name)

    return act(number, form, rule, name="assign")


@bp.post("/<number>/priority")
@allow(*STAFF)
def priority(number: str) -> ResponseReturnValue:
    form = PriorityForm()

    def rule(ticket: Ticket, by: User) -> str:
        to = code_or_none(Priority, form.to_priority.data) or ticket.priority
        lifecycle.change_priority(ticket, to, of_user(by), (form.reason.data or "").strip())
        return _("The ticket is urgent now.") if to is Priority.URGENT else _("The ticket is normal now.")

    return act(number, form, rule, name="priority")


@bp.post("/<number>/resume")
@allow(*STAFF)
def resume(number: str) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        lifecycle.resume(ticket, of_user(by))
        return _("The clocks run again.")

    return act(number, EmptyForm(), rule)


@bp.post("/<number>/reopen")
@allow(*STAFF)
def reopen(number: str) -> ResponseReturnValue:
    form = ReopenForm()

    def rule(ticket: Ticket, by: User) -> str:
        lifecycle.reopen(ticket, of_user(by), form.reopen_reason.data.strip())
        return _("Reopened.")

    return act(number, form, rule, name="reopen")


def act(
    number: str, form: FlaskForm, rule: Rule, *, name: str = "button", kept: Kept = NOTHING_KEPT
) -> ResponseReturnValue:
    """Do it and go back to the ticket; when refused, show it with the reason and what was typed in form `name`."""
    if not form.validate() or kept.problems:
        _complain(form, kept)
        return show(find_ticket(number, me()), {name: form}, kept), 422
    result = perform(number, rule)
    if not result.code:
        flash(result.sentence, "success")
        return redirect(url_for("desk.ticket", number=number))
    _explain(result, form)
    return show(find_ticket(number, me()), {name: form}, kept), 409


def act_with_words(number: str, form: WordsForm, finish: Finish) -> ResponseReturnValue:
    """Send the words and files first, if there are any, in the same transaction."""
    kept = uploads_sent("files")

    def rule(ticket: Ticket, by: User) -> str:
        return finish(ticket, by, send(ticket, by, (form.body.data or "").strip(), kept.files))

    return act(number, form, rule, name="words", kept=kept)


def show(ticket: Ticket, sent: dict[str, FlaskForm] | None = None, kept: Kept = NOTHING_KEPT) -> str:
    """The page for staff. `sent` are forms that came back, by name; the others are empty."""
    forms = {name: kind(formdata=None) for name, kind in FORMS.items()} | (sent or {})
    forms["assign"].offer(staff())
    forms["category"].offer(ticket.category)
    forms["priority"].reason.flags.required = ticket.is_urgent
    mails = mails_of(ticket)
    return render_template(
        "desk/ticket.html",
        **_shared(ticket, ticket.attachments),
        forms=forms,
        kept=kept.tokens,
        seen=last_events([ticket.id])[ticket.id],
        **proof.contents(ticket, me()),
        calls=calls_of(ticket),
        mails=mails,
        origins=origins(ticket, mails),
        history=history(ticket),
        in_copy=participants_of(ticket, ParticipantState.IN),
        offered_copy=participants_of(ticket, ParticipantState.OFFERED),
        is_of_stranger=is_of_strangers(ticket.unit),
        holding=holding_of(ticket, me()),
        hand_to=offered(ticket),
        other_priority=Priority.NORMAL if ticket.is_urgent else Priority.URGENT,
    )


def staff() -> list[User]:
    """Administrators and managers by name."""
    people = {user.id: user for role in STAFF for user in people_with(role)}
    return sorted(people.values(), key=lambda user: user.name)


def _shared(ticket: Ticket, attachments: list[Any]) -> dict[str, Any]:
    """What everybody who may see the ticket is shown."""
    of_messages = {
        message.id: [a for a in attachments if a.message_id == message.id] for message in ticket.messages
    }
    return {
        "ticket": ticket,
        "answers": answers_for_display(ticket),
        "clocks": clocks_of(ticket),
        "is_sensitive": ticket.category in SENSITIVE,
        "files": [attachment for attachment in attachments if attachment.message_id is None],
        "files_of": of_messages,
        "PUBLIC": MessageKind.PUBLIC,
    }


def _complain(form: FlaskForm, kept: Kept) -> None:
    if kept.problems:
        form.files.errors = [*form.files.errors, *kept.problems]
    flash(_("Nothing was sent yet: see what is marked below."), "error")


def _explain(result: Result, form: FlaskForm) -> None:
    """Beside the field where there is one for it, else on top of the page."""
    into = dict.fromkeys(("merge_other", "merge_merged", "merge_silences"), lambda: form.into)
    fields: dict[str, Callable[[], Any]] = {"reason_required": lambda: form.reason} | into
    if result.code in fields:
        fields[result.code]().errors = [result.sentence]
    flash(result.sentence, "warning" if result.code == CHANGED_MEANWHILE else "error")
