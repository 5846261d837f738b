"""What a ticket is about: its category, and whether it is the same matter as another one."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from helpdesk.forms.desk import CategoryForm, MergeForm, code_or_none
from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF, Category
from helpdesk.routes.access import allow, me
from helpdesk.routes.desk import act
from helpdesk.sentences import _
from helpdesk.tickets import lifecycle
from helpdesk.tickets.access import find_ticket
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.merging import merge as merge_tickets

bp = Blueprint("same_matter", __name__, url_prefix="/desk")


@bp.post("/<number>/category")
@allow(*STAFF)
def category(number: str) -> ResponseReturnValue:
    form = CategoryForm().offer(find_ticket(number, me()).category)

    def rule(ticket: Ticket, by: User) -> str:
        to = code_or_none(Category, form.category.data) or ticket.category
        lifecycle.change_category(ticket, to, of_user(by))
        return _("The category is changed.")

    return act(number, form, rule, name="category")


@bp.post("/<number>/merge")
@allow(*STAFF)
def merge(number: str) -> ResponseReturnValue:
    form = MergeForm()

    def rule(ticket: Ticket, by: User) -> str:
        into = merge_tickets(ticket, form.into.data or "", by)
        return _("Merged: the matter goes on in %(number)s. The reporter is told.", number=into.number)

    return act(number, form, rule, name="merge")
