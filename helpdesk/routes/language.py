"""The language of the pages: a visitor's choice, kept in the session."""

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from helpdesk.config import LOCALES
from helpdesk.routes.access import public
from helpdesk.routes.way_back import way_back

bp = Blueprint("language", __name__)


@bp.post("/language")
@public
def choose() -> Response:
    """Set the language and go back to the page where it was chosen."""
    if request.form.get("locale") in LOCALES:
        session["locale"] = request.form["locale"]
    return redirect(way_back())
