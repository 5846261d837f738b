"""The verbs of a call as values, and what may stand in each of them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    text: str
    language: str = ""
    voice: str = ""
    loop: int = 1


@dataclass(frozen=True)
class Play:
    url: str
    digits: str = ""


@dataclass(frozen=True)
class Pause:
    length: int = 1


@dataclass(frozen=True)
class Gather:
    prompts: tuple[Say | Play | Pause, ...]
    action: str = ""
    num_digits: int | None = None
    timeout: int = 5
    finish_on_key: str = "#"
    action_on_empty: bool = False


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Hangup:
    pass


@dataclass(frozen=True)
class Reject:
    reason: str = "rejected"


@dataclass(frozen=True)
class Number:
    phone: str
    url: str = ""
    status_callback: str = ""
    status_callback_events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True)
class Dial:
    numbers: tuple[Number, ...]
    action: str = ""
    timeout: int = 30
    caller_id: str = ""


@dataclass(frozen=True)
class Record:
    action: str = ""
    max_length: int = 3600
    timeout: int = 5
    finish_on_key: str = "1234567890*#"
    status_callback: str = ""
    status_callback_events: tuple[str, ...] = ("completed",)


Step = Say | Play | Pause | Gather | Redirect | Hangup | Reject | Dial | Record

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "Response": frozenset(),
    "Say": frozenset({"voice", "language", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Gather": frozenset(
        {"input", "action", "method", "numDigits", "timeout", "finishOnKey", "actionOnEmptyResult"}
    ),
    "Redirect": frozenset({"method"}),
    "Hangup": frozenset(),
    "Reject": frozenset({"reason"}),
    "Dial": frozenset(
        {"action", "method", "timeout", "callerId", "hangupOnStar", "timeLimit", "answerOnBridge", "record"}
    ),
    "Number": frozenset({"url", "method", "statusCallback", "statusCallbackMethod", "statusCallbackEvent"}),
    "Record": frozenset(
        {
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
        }
    ),
    "Message": frozenset({"to", "from", "action", "method", "statusCallback"}),
    "Body": frozenset(),
}

SSML: Mapping[str, frozenset[str]] = {
    "break": frozenset({"strength", "time"}),
    "emphasis": frozenset({"level"}),
    "p": frozenset(),
    "phoneme": frozenset({"alphabet", "ph"}),
    "prosody": frozenset({"volume", "rate", "pitch"}),
    "s": frozenset(),
    "say-as": frozenset({"interpret-as", "format"}),
    "sub": frozenset({"alias"}),
}

POLISH_VOICES = frozenset(
    {"Polly.Ewa", "Polly.Maja", "Polly.Jacek", "Polly.Jan", "Polly.Ola-Neural", "Polly.Ola-Generative"}
)
