"""What a provider can do wrong with a request, by the moment: before or after it has stored the message or call.

503 is played only before: by the rules that the program follows it says "certainly not processed", as 429 does.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

Plain = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """`status` is answered with the error `code`; 0 cuts the connection, after `silent` seconds without a word."""

    stores: bool
    status: int = 0
    code: int = 0
    silent: float = 0.0


SILENT = 3.5  # beyond the client's patience (stage.TIMEOUT_SECONDS)
FAULTS = {
    "429": Fault(False, 429, 20429),
    "500": Fault(False, 500, 20500),
    "503": Fault(False, 503, 20503),
    "silent": Fault(False, silent=SILENT),
    "cut": Fault(False),
    "500 after storing": Fault(True, 500, 20500),
    "504 after storing": Fault(True, 504, 20504),
    "silent after storing": Fault(True, silent=SILENT),
    "cut after storing": Fault(True),
}


@dataclass(frozen=True)
class Plan:
    """How the provider behaves from now on.

    `faults` and `ask_faults` give each fault its share of the POSTs and of the GETs (0 to 1). `refused` and `lost`
    map numbers to the code with which a message to them is refused at once, or reported undelivered later.
    `callbacks` names a way of chaos/courier.py. `is_down`: nobody listens.
    """

    faults: dict[str, float] = field(default_factory=dict)
    ask_faults: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    callbacks: str = "none"
    is_down: bool = False


def draw(shares: dict[str, float], dice: Random) -> Fault | None:
    """The fault that this request meets, if any."""
    thrown = dice.random()
    for name, share in shares.items():
        if thrown < share:
            return FAULTS[name]
        thrown -= share
    return None
