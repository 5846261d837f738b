"""What a check finds: a verdict, and a sentence that says what is so, or what to do."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.sentences import _


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should know
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """`name` is stable; `says` is in the current language, a line for each thing that was found; `does` is what to
    do about all of it, "" where `says` tells that too."""

    name: str
    verdict: Verdict
    says: str
    does: str = ""

    @property
    def lines(self) -> list[str]:
        return self.says.splitlines()

    @property
    def ok(self) -> bool:
        return self.verdict is not Verdict.BROKEN


def ask_the_doctor() -> str:
    """What to do where only the doctor, who asks over the network, can say more."""
    return _("Run: helpdesk doctor")
