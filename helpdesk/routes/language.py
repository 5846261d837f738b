"""The language of the pages: a visitor's choice, kept in the session."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from helpdesk.config import LOCALES
from helpdesk.routes.access import public

bp = Blueprint("language", __name__)


@bp.post("/language")
@public
def choose() -> Response:
    """Set the language and go back to the page where it was chosen."""
    if request.form.get("locale") in LOCALES:
        session["locale"] = request.form["locale"]
    return redirect(way_back())


def way_back() -> str:
    """The page of ours that a form names as the one it stood on (`back`), else the main page."""
    back = urlsplit(request.form.get("back", "/"))
    local = not back.scheme and not back.netloc and back.path.startswith("/") and "\\" not in back.path
    query = f"?{back.query}" if back.query else ""
    return f"{back.path}{query}" if local and not back.path.startswith("//") else "/"
