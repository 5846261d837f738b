"""The main page: the way in; for people who are in, the way to their work."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from helpdesk.routes.access import public
from helpdesk.routes.navigation import start_of

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    start = start_of(current_user) if current_user.is_authenticated else None
    return redirect(start) if start else render_template("landing.html")
