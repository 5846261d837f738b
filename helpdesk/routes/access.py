"""Who may open a page. Every view says so with one of the decorators below; a view that says nothing is refused.

What a person may see *inside* a page is decided by the rules (helpdesk/tickets/access.py).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.utils import logout_user
from flask_wtf.csrf import CSRFError

from helpdesk import clock
from helpdesk.models import User
from helpdesk.models.codes import RoleName
from helpdesk.routes.too_late import form_too_late
from helpdesk.routes.way_back import page_of_the_form
from helpdesk.users import has_second_factor

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = frozenset({"public"})  # anybody; a token in the address may decide what is shown
SIGNED = frozenset({"signed"})  # a provider's signature is checked by the blueprint
STAFF_SESSION = timedelta(hours=12)
EVERYBODY = tuple(RoleName)
# Blueprints and endpoints of libraries that bring their own checks.
OTHERS = ("security.", "bootstrap.", "api-docs.", "api.", "static")


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
    app.register_error_handler(CSRFError, stale)


def check_access() -> ResponseReturnValue | None:
    """Before every view: 1. its provider's signature is its own affair, 2. staff sign in anew after twelve hours,
    3. whoever must be known is sent to sign in, 4. staff have a second factor, 5. and the role fits."""
    endpoint = request.endpoint
    if endpoint is None or endpoint.startswith(OTHERS):
        return None
    allowed = _allowed(endpoint)
    if allowed == SIGNED:
        return None
    if current_user.is_authenticated and is_stale(current_user):
        logout_user()
    if allowed == PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method == "POST" and page_of_the_form():
            return form_too_late(is_signed_out=True)
        return redirect(url_for("security.us_signin", next=_way_back()))
    if current_user.is_staff and not has_second_factor(current_user):
        return redirect(url_for("security.two_factor_setup"))
    if not any(current_user.is_a(role) for role in allowed):
        abort(403)
    return None


def stale(_error: CSRFError) -> ResponseReturnValue:
    """A form of another session, which is over."""
    endpoint = request.endpoint or ""
    is_open = endpoint.startswith(OTHERS) or _allowed(endpoint) == PUBLIC
    return form_too_late(is_signed_out=not current_user.is_authenticated and not is_open)


def _allowed(endpoint: str) -> frozenset[str]:
    found: frozenset[str] = getattr(current_app.view_functions[endpoint], "allowed", frozenset())
    return found


def me() -> User:
    """The signed-in person, not the proxy."""
    user: User = current_user._get_current_object()
    return user


def is_stale(user: User) -> bool:
    """A session of staff that is older than twelve hours, or came back by a "remember me" cookie."""
    began = session.get("signed_in_at", session.get("fs_paa", 0))
    return user.is_staff and clock.now().timestamp() - began > STAFF_SESSION.total_seconds()


def _way_back() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None
