"""What a check finds: a verdict, and a sentence that says what is so, or what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should know
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """`name` is stable; `says` is in the current language."""

    name: str
    verdict: Verdict
    says: str

    @property
    def ok(self) -> bool:
        return self.verdict is not Verdict.BROKEN
