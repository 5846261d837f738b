"""Sign-in through Flask-Security: one-time codes for units, a second factor for staff."""

from datetime import timedelta

from flask import Flask, abort, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import FormInfo, uia_email_mapper, uia_phone_mapper
from flask_security.signals import user_authenticated

from helpdesk import clock
from helpdesk.extensions import db, security
from helpdesk.models import Role, User
from helpdesk.signin.forms import SecondFactorForm, SigninForm
from helpdesk.signin.limits import hold_back
from helpdesk.signin.onetime import LIFETIME_SECONDS
from helpdesk.signin.parts import People
from helpdesk.users import SHORTEST_PASSWORD

# Doors of Flask-Security that nobody here needs: sign-in by a GET link (mail scanners open links), changing an
# identity, getting past the second factor by mail.
CLOSED = (
    "us_verify_link",
    "us_setup",
    "us_setup_validate",
    "us_verify",
    "us_verify_send_code",
    "verify",
    "two_factor_rescue",
    "tf_select",
)


def init_signin(app: Flask) -> None:
    app.config.update(_settings(app), **_addresses(), **_cookies(app))
    security.init_app(app, People(db, User, Role), register_blueprint=True)
    security.set_form_info("us_signin_form", FormInfo(cls=SigninForm))
    security.set_form_info("two_factor_setup_form", FormInfo(cls=SecondFactorForm))
    security.want_json(lambda _request: False)  # pages only; its JSON would tell who has an account
    # Nobody asks Flask-Principal who it is; its loader would read session and database for every stylesheet.
    security.principal.identity_loaders.clear()
    for name in CLOSED:
        app.view_functions[f"security.{name}"] = _closed
    app.view_functions["security.login"] = _to_signin
    app.before_request(hold_back)
    user_authenticated.connect(note_time, app)


def note_time(_app: Flask, **_: object) -> None:
    """Staff sign in anew after twelve hours (see routes/access.py), so the session knows when it began."""
    session["signed_in_at"] = clock.now().timestamp()


def _closed(**_: object) -> ResponseReturnValue:
    abort(404)


def _to_signin() -> ResponseReturnValue:
    """The address that everybody guesses."""
    return redirect(url_for("security.us_signin"))


def _settings(app: Flask) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_SALT": app.config["SECRET_KEY"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "SECURITY_PASSWORD_REQUIRED": False,
        "SECURITY_UNIFIED_SIGNIN": True,
        "SECURITY_US_SIGNIN_REPLACES_LOGIN": True,
        "SECURITY_US_ENABLED_METHODS": ["email", "sms", "password"],
        "SECURITY_US_MFA_REQUIRED": ["email", "sms", "password"],
        "SECURITY_US_TOKEN_VALIDITY": LIFETIME_SECONDS,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["sms", "authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_SMS_VALIDITY": LIFETIME_SECONDS,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TOTP_ISSUER": app.config["SETTINGS"].operator_name,
        "SECURITY_TOTP_SECRETS": {"1": app.config["SECRET_KEY"]},
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_FLASH_MESSAGES": False,  # the pages say it themselves, in the person's language
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"test_environment": True},  # as in users.create_user
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,  # codes leave through the outbox, which has templates of its own
        "SECURITY_PHONE_REGION_DEFAULT": "PL",
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": uia_email_mapper, "case_insensitive": True}},
            {"us_phone_number": {"mapper": uia_phone_mapper}},
        ],
    }


def _addresses() -> dict[str, str]:
    return {
        "SECURITY_LOGIN_URL": "/login",
        "SECURITY_LOGOUT_URL": "/signout",
        "SECURITY_US_SIGNIN_URL": "/signin",
        "SECURITY_US_SIGNIN_SEND_CODE_URL": "/signin/code",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/signin/second-factor",
        "SECURITY_TWO_FACTOR_SETUP_URL": "/second-factor",
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/",
        "SECURITY_TWO_FACTOR_ERROR_VIEW": "security.us_signin",
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/",
    }


def _cookies(app: Flask) -> dict[str, object]:
    return {
        "REMEMBER_COOKIE_DURATION": timedelta(days=30),  # never given to staff
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": app.config["SESSION_COOKIE_SECURE"],
    }
