"""One-time codes. Time is asked of our clock; a code that was sent is good for ten to fifteen minutes, and once."""

from flask_security import Totp
from passlib.totp import TOTP

from helpdesk import clock

LIFETIME_SECONDS = 600
STEP_SECONDS = 300  # sent again within a step it is the same code, so the older SMS still helps


class OneTimeCodes(Totp):
    """Flask-Security's factory on our clock, with secrets of their own for codes that are sent.

    An authenticator app counts in steps of 30 seconds. A code that travels by SMS or mail must live longer; longer
    steps instead of many short ones keep the codes that are good at one moment few (five in a million).
    Whoever accepts a sent code replaces its secret by a new one: that makes it good once.
    """

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._totp = TOTP.using(issuer=issuer, secrets=secrets, now=_seconds)

    def generate_sent_secret(self) -> str:
        """A new encrypted secret for codes that are sent."""
        return str(self._totp.new(period=STEP_SECONDS).to_json(encrypt=True))


def _seconds() -> float:
    return clock.now().timestamp()
