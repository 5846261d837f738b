"""The telephone exchange: the account, its numbers, its memory, and the way to the program."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.simulator.callbacks import Courier
from helpdesk.simulator.state import Problem, State

SMS_PATH = "/twilio/sms"
VOICE_PATH = "/twilio/voice"


@dataclass
class Exchange:
    """`public_url` and `api_url` have no slash at their ends; `now` gives aware UTC.

    `deferred` holds what follows from a request of the program's but must not happen while it waits for
    the answer: the autopilot, or a test's `settle`, does it.
    """

    account_sid: str
    auth_token: str
    numbers: tuple[str, ...]
    public_url: str
    state: State
    courier: Courier
    now: Callable[[], datetime]
    voice_status_url: str = ""
    api_url: str = ""
    balance: str = "100.00"  # in USD, as Twilio writes it
    deferred: list[Callable[[], None]] = field(default_factory=list)

    @property
    def sms_url(self) -> str:
        return self.public_url + SMS_PATH

    @property
    def voice_url(self) -> str:
        return self.public_url + VOICE_PATH

    def note(self, code: int, text: str) -> None:
        """Remember what the program did wrong, for the page and for the tests."""
        self.state.note(Problem(code, text, self.now()))

    def settle(self) -> int:
        """Do what was deferred, and say how many things that was."""
        with self.state.lock:
            due, self.deferred = self.deferred, []
        for act in due:
            act()
        return len(due)
