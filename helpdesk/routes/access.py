"""Who may open a page. Every view says so with one of the decorators below; a view that says nothing is refused.

What a person may see *inside* a page is decided by the rules (helpdesk/tickets/access.py).
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from helpdesk.models.codes import RoleName

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = frozenset({"public"})  # anybody; a token in the address may decide what is shown
SIGNED = frozenset({"signed"})  # a provider's signature is checked by the blueprint
STAFF = (RoleName.ADMINISTRATOR, RoleName.MANAGER)
EVERYBODY = tuple(RoleName)
# Blueprints and endpoints of libraries that bring their own checks.
OTHERS = ("security.", "bootstrap.", "api-docs.", "static")


def public(view: View) -> View:
    view.allowed = PUBLIC  # type: ignore[attr-defined]
    return view


def signed(view: View) -> View:
    view.allowed = SIGNED  # type: ignore[attr-defined]
    return view


def allow(*roles: RoleName) -> Callable[[View], View]:
    """Signed-in people with one of the roles."""

    def mark(view: View) -> View:
        view.allowed = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def init_access(app: Flask) -> None:
    app.before_request(check_access)


def check_access() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint.startswith(OTHERS):
        return None
    allowed: frozenset[str] = getattr(current_app.view_functions[endpoint], "allowed", frozenset())
    if allowed in (PUBLIC, SIGNED):
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("security.us_signin", next=request.full_path.rstrip("?")))
    if not any(current_user.is_a(role) for role in allowed):
        abort(403)
    return None
