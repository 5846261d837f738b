"""Security headers on every answer."""

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
LONG_CACHED = ("static", "bootstrap.static")
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Sessions(SecureCookieSessionInterface):
    """No session for assets: the same file must not be fetched again because a cookie has changed."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint not in LONG_CACHED:
            super().save_session(app, session, response)


def init_headers(app: Flask) -> None:
    app.session_interface = Sessions()
    app.after_request(add_headers)
    if app.config["SETTINGS"].public_url.startswith("https://"):
        app.after_request(add_transport_security)


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in LONG_CACHED:
        keep_nothing(response)
    elif response.status_code < 400:
        # Its address carries a digest of its content (see look.version_assets): no need ever to ask again.
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def keep_nothing(response: Response) -> None:
    """Only what says itself that it is private has a say: a file that Flask sends comes with words of its own."""
    if not response.cache_control.private:
        response.headers["Cache-Control"] = "no-store"


def add_transport_security(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
