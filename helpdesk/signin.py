"""Sign-in through Flask-Security: one-time codes for units, a second factor for staff."""

from flask import Flask
from flask_security import uia_email_mapper, uia_phone_mapper
from flask_security.datastore import SQLAlchemyUserDatastore

from helpdesk.extensions import db, security
from helpdesk.models import Role, User


def init_signin(app: Flask) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_UNIFIED_SIGNIN=True,
        SECURITY_TOTP_ISSUER=app.config["SETTINGS"].operator_name,
        SECURITY_TOTP_SECRETS={"1": app.config["SECRET_KEY"]},
        SECURITY_USER_IDENTITY_ATTRIBUTES=[
            {"email": {"mapper": uia_email_mapper, "case_insensitive": True}},
            {"us_phone_number": {"mapper": uia_phone_mapper}},
        ],
        SECURITY_POST_LOGIN_VIEW="/",
    )
    security.init_app(app, SQLAlchemyUserDatastore(db, User, Role), register_blueprint=True)
    # Nobody asks Flask-Principal who it is; its loader would read session and database for every stylesheet.
    security.principal.identity_loaders.clear()
