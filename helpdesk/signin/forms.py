"""The forms of sign-in: which way a code goes, when a code has been used, and no word about who has an account."""

from typing import Any

from flask_security import UserMixin, lookup_identity
from flask_security.forms import TwoFactorSetupForm
from flask_security.unified_signin import UnifiedSigninForm
from flask_security.utils import hash_password

from helpdesk.extensions import security
from helpdesk.models import User
from helpdesk.models.codes import ContactKind
from helpdesk.transaction import transaction
from helpdesk.users import confirm_contact, new_code_secret

PROVES = {"email": ContactKind.EMAIL, "sms": ContactKind.PHONE}


class SigninForm(UnifiedSigninForm):
    """Step one asks for a code (`submit_send_code`), step two brings it, or a password, back (`submit`)."""

    def validate(self, **kwargs: Any) -> bool:
        if self.submit_send_code.data:
            self.chosen_method.data = self.way
            _make_ready(self.identity.data or "", self.way)
        is_good = bool(super().validate(**kwargs))
        if self.submit.data and is_good:
            assert isinstance(self.user, User)
            self.remember.data = not self.user.is_staff
            use_up(self.user, self.authn_via)
        elif self.submit.data:
            take_the_same_time(getattr(self, "user", None))
        return is_good

    @property
    def way(self) -> str:
        """The code goes to what was typed."""
        return "email" if "@" in (self.identity.data or "") else "sms"

    @property
    def is_readable(self) -> bool:
        """It looks like an e-mail address or a phone number; nothing is said about whose."""
        typed = self.identity.data or ""
        return "@" in typed or security.phone_util.get_canonical_form(typed) is not None


class SecondFactorForm(TwoFactorSetupForm):
    def validate(self, **kwargs: Any) -> bool:
        is_good = bool(super().validate(**kwargs))
        if is_good and self.setup.data == "sms":
            self.phone.data = security.phone_util.get_canonical_form(self.phone.data)
        return is_good


def use_up(user: User, via: str) -> None:
    """The code was right: its contact is proven, and a new secret makes it useless from now on."""
    if via not in PROVES:
        return
    kind = PROVES[via]
    with transaction():
        security.datastore.us_set(user, via, new_code_secret())
        confirm_contact(user, kind, user.email if kind is ContactKind.EMAIL else user.us_phone_number or "")


def take_the_same_time(user: UserMixin | None) -> None:
    """A password is hashed for everybody, so that the time it takes tells nobody who has one."""
    if user is None or not user.password:
        hash_password("the time it takes")


def _make_ready(identity: str, way: str) -> None:
    """People need no setting up: the secret for their codes is made when they first ask for one."""
    user = lookup_identity(identity)
    if user is not None and way not in security.datastore.us_get_totp_secrets(user):
        security.datastore.us_set(user, way, new_code_secret())
