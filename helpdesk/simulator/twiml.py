"""A strict reader of TwiML: interpret(document) gives the steps, or says exactly what is wrong with it.

Verbs and attributes: https://www.twilio.com/docs/voice/twiml. What the real thing would pass over with a
warning (unknown attribute, misplaced verb) is an error here, so that it is found before it costs an alert.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import TypeVar

from helpdesk.simulator.steps import (
    ATTRIBUTES,
    POLISH_VOICES,
    SSML,
    Dial,
    Gather,
    Hangup,
    Number,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Step,
)

Read = TypeVar("Read")

LONGEST_DOCUMENT = 64 * 1024
KEYS = frozenset("0123456789*#")


class TwimlError(Exception):
    """A document that Twilio would refuse (12100) or complain about (12200)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


METHODS = ("method", "statusCallbackMethod", "recordingStatusCallbackMethod")


def interpret(document: str) -> tuple[Step, ...]:
    """The verbs of a voice document in order. Raises TwimlError."""
    root = _response(document)
    return tuple(_reader(child, VERBS)(child) for child in root)


def interpret_reply(document: str) -> tuple[str, ...]:
    """The texts of a messaging document's <Message>s; an empty body means no reply. Raises TwimlError."""
    if not document.strip():
        return ()
    return tuple(_reader(child, {"Message": _message})(child) for child in _response(document))


def _response(document: str) -> ET.Element:
    if len(document.encode()) > LONGEST_DOCUMENT:
        raise TwimlError(11750, "The document is longer than 64 kB.")
    try:
        root = ET.fromstring(document)  # noqa: S314  (our own program wrote it)
    except ET.ParseError as error:
        raise TwimlError(12100, f"Not an XML document: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12100, f"The document begins with <{root.tag}>, not <Response>.")
    _check_attributes(root)
    return root


def _reader(element: ET.Element, verbs: Mapping[str, Callable[[ET.Element], Read]]) -> Callable[[ET.Element], Read]:
    reader = verbs.get(element.tag)
    if reader is None:
        raise TwimlError(12200, f"<{element.tag}> is not known here.")
    _check_attributes(element)
    return reader


def _check_attributes(element: ET.Element) -> None:
    for name in element.attrib:
        if name not in ATTRIBUTES[element.tag]:
            raise TwimlError(12200, f"<{element.tag}> has no attribute {name!r}.")
    for name in METHODS:
        if element.get(name, "POST") != "POST":
            raise TwimlError(12200, f"<{element.tag}> asks for {name}={element.get(name)!r}; use POST.")


def _text(element: ET.Element) -> str:
    text = (element.text or "").strip()
    if len(element):
        raise TwimlError(12200, f"<{element.tag}> holds text only, not <{element[0].tag}>.")
    return text


def _nothing_inside(element: ET.Element) -> None:
    if _text(element):
        raise TwimlError(12200, f"<{element.tag}> is empty by definition.")


def _number(element: ET.Element, name: str, default: int, *, at_least: int = 1) -> int:
    value = element.get(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < at_least:
        raise TwimlError(12200, f"<{element.tag} {name}={value!r}>: a whole number from {at_least} is needed.")
    return int(value)


def _choice(element: ET.Element, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = element.get(name, default)
    if value not in allowed:
        raise TwimlError(12200, f"<{element.tag} {name}={value!r}>: one of {', '.join(allowed)} is needed.")
    return value


def _keys(element: ET.Element, default: str) -> str:
    value = element.get("finishOnKey", default)
    if not set(value) <= KEYS:
        raise TwimlError(12200, f"<{element.tag} finishOnKey={value!r}>: only 0-9, * and # are keys.")
    return value


def _events(element: ET.Element, name: str, allowed: frozenset[str]) -> tuple[str, ...]:
    events = tuple(element.get(name, "completed").split())
    if not events or not set(events) <= allowed:
        raise TwimlError(12200, f"<{element.tag} {name}={element.get(name)!r}> is not a list of events.")
    return events


def _spoken(element: ET.Element) -> str:
    for child in element.iterfind(".//*"):
        if child.tag not in SSML or not set(child.attrib) <= SSML[child.tag]:
            raise TwimlError(12200, f"<{child.tag}> inside <Say> is not SSML as Twilio knows it.")
    return " ".join("".join(element.itertext()).split())


def _check_voice(element: ET.Element) -> None:
    voice, language = element.get("voice", ""), element.get("language", "")
    if voice.startswith("Google.") and not voice.startswith(f"Google.{language}-"):
        raise TwimlError(13512, f"The voice {voice} does not speak {language or 'English'}.")
    if voice.startswith("Polly.") and (voice in POLISH_VOICES) is not (language == "pl-PL"):
        raise TwimlError(13512, f"The voice {voice} does not speak {language or 'English'}.")


def _say(element: ET.Element) -> Say:
    _check_voice(element)
    text = _spoken(element)
    if not text:
        raise TwimlError(12200, "<Say> has nothing to say.")
    loop = _number(element, "loop", 1, at_least=0)
    return Say(text, language=element.get("language", ""), voice=element.get("voice", ""), loop=loop)


def _play(element: ET.Element) -> Play:
    url, digits = _text(element), element.get("digits", "")
    if not url and not digits:
        raise TwimlError(12200, "<Play> has neither a URL nor digits.")
    return Play(url, digits=digits)


def _pause(element: ET.Element) -> Pause:
    _nothing_inside(element)
    return Pause(_number(element, "length", 1))


PROMPTS: Mapping[str, Callable[[ET.Element], Say | Play | Pause]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
}


def _gather(element: ET.Element) -> Gather:
    _choice(element, "input", "dtmf", ("dtmf",))
    limited = "numDigits" in element.attrib
    return Gather(
        prompts=tuple(_reader(child, PROMPTS)(child) for child in element),
        action=element.get("action", ""),
        num_digits=_number(element, "numDigits", 1) if limited else None,
        timeout=_number(element, "timeout", 5),
        finish_on_key=_keys(element, "#"),
        action_on_empty=_choice(element, "actionOnEmptyResult", "false", ("true", "false")) == "true",
    )


def _redirect(element: ET.Element) -> Redirect:
    url = _text(element)
    if not url:
        raise TwimlError(12200, "<Redirect> has no URL.")
    return Redirect(url)


def _hangup(element: ET.Element) -> Hangup:
    _nothing_inside(element)
    return Hangup()


def _reject(element: ET.Element) -> Reject:
    _nothing_inside(element)
    return Reject(_choice(element, "reason", "rejected", ("rejected", "busy")))


CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})


def _dialled(element: ET.Element) -> Number:
    return Number(
        _text(element),
        url=element.get("url", ""),
        status_callback=element.get("statusCallback", ""),
        status_callback_events=_events(element, "statusCallbackEvent", CALL_EVENTS),
    )


def _dial(element: ET.Element) -> Dial:
    numbers = tuple(_reader(child, {"Number": _dialled})(child) for child in element)
    plain = (element.text or "").strip()
    numbers = (Number(plain), *numbers) if plain else numbers
    if not numbers or len(numbers) > 10:
        raise TwimlError(12200, f"<Dial> needs one to ten numbers, not {len(numbers)}.")
    return Dial(
        numbers,
        action=element.get("action", ""),
        timeout=_number(element, "timeout", 30),
        caller_id=element.get("callerId", ""),
    )


def _record(element: ET.Element) -> Record:
    _nothing_inside(element)
    return Record(
        action=element.get("action", ""),
        max_length=_number(element, "maxLength", 3600),
        timeout=_number(element, "timeout", 5, at_least=0),
        finish_on_key=_keys(element, "1234567890*#"),
        status_callback=element.get("recordingStatusCallback", ""),
        status_callback_events=_events(element, "recordingStatusCallbackEvent", RECORDING_EVENTS),
    )


VERBS: Mapping[str, Callable[[ET.Element], Step]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _pause,
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": _hangup,
    "Reject": _reject,
    "Dial": _dial,
    "Record": _record,
}


def _message(element: ET.Element) -> str:
    bodies = [_reader(child, {"Body": _text})(child) for child in element]
    text = " ".join([(element.text or "").strip(), *bodies]).strip()
    if not text:
        raise TwimlError(12200, "<Message> has no text.")
    return text
