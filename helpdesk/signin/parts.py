"""The parts that Flask-Security lets us bring: how people are written, how codes leave."""

import logging

from flask import Flask
from flask_security import UserMixin
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.signals import tf_security_token_sent, us_security_token_sent
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import outbox
from helpdesk.models import User
from helpdesk.models.codes import Channel, ContactKind
from helpdesk.transaction import transaction
from helpdesk.users import confirm_contact, new_code_secret

log = logging.getLogger(__name__)


class People(SQLAlchemyUserDatastore):
    """Writes through our transaction."""

    def commit(self) -> None:
        """What Flask-Security has changed in the session until now is written as the transaction begins."""
        with transaction():
            pass

    def us_set(
        self, user: UserMixin, method: str, totp_secret: str | None = None, phone: str | None = None
    ) -> None:
        with transaction():
            super().us_set(user, method, totp_secret, phone)

    def tf_set(
        self, user: UserMixin, primary_method: str, totp_secret: str | None = None, phone: str | None = None
    ) -> None:
        """Called once a code of the second factor was right. One that came by SMS proves the number, and a new
        secret makes it useless from now on."""
        with transaction():
            if primary_method == "sms" and isinstance(user, User):
                totp_secret = new_code_secret()
                confirm_contact(user, ContactKind.PHONE, phone or user.tf_phone_number or "")
            super().tf_set(user, primary_method, totp_secret, phone)


@us_security_token_sent.connect
@tf_security_token_sent.connect
def send_code(
    _app: Flask, *, user: User, method: str, token: str | None, phone_number: str | None = None, **_: object
) -> None:
    """Flask-Security has made a code for the person: put it into the outbox."""
    if token is None:  # an authenticator app makes its own
        return
    channel, address = (Channel.SMS, phone_number or "") if method == "sms" else (Channel.EMAIL, user.email)
    try:
        with transaction():
            outbox.enqueue_code(user, channel, token, address)
    except SQLAlchemyError:
        log.exception("a sign-in code for user %s could not be written", user.id)  # the caller drops the error
        raise
