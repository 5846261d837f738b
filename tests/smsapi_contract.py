"""Whether a request to SMSAPI keeps to its published OpenAPI (sms.do) and to what its prose and errors tell."""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

Params = Mapping[str, str]
FORM = "application/x-www-form-urlencoded"
# LegacySmsToSend in its OpenAPI of October 2026; smsapi-client knows some more, which the program does not use.
NAMES = """
    to message from normalize group encoding flash test details date date_validate time_restriction allow_duplicates
    idx check_idx max_parts fast notify_url expiration_date format fallback
"""
SMS_PARAMETERS = frozenset(NAMES.split())
KNOWN = {
    ("POST", "/sms.do"): SMS_PARAMETERS,
    ("GET", "/sms.do"): frozenset({"status", "format"}),
    ("GET", "/user.do"): frozenset({"credits", "details", "format"}),
}
NEEDED = {
    ("POST", "/sms.do"): ("to", "message", "format", "encoding", "idx", "check_idx", "notify_url"),
    ("GET", "/sms.do"): ("status", "format"),
    ("GET", "/user.do"): ("credits", "format"),
}
PATH = re.compile(r"/[A-Za-z0-9_\-/]*")


def check_request(method: str, path: str, headers: Mapping[str, str], params: Params) -> Iterator[str]:
    """One sentence per violation; for `SmsapiSimulator.on_request`."""
    for complaint in _complaints(method, path, headers, params):
        yield f"{method} {path}: {complaint}"


def _complaints(method: str, path: str, headers: Mapping[str, str], params: Params) -> Iterator[str]:
    known = KNOWN.get((method, path))
    if known is None:
        yield "no such operation"
        return
    yield from (f"{name} is not a parameter" for name in params if name not in known)
    yield from (f"{name} is required" for name in NEEDED[method, path] if not params.get(name))
    yield from (f"{name}={params[name]!r} is not right" for name in params if not _is_right(name, params[name]))
    if not re.fullmatch(r"Bearer \S+", headers.get("Authorization", "")):
        yield "a bearer token is needed"
    if method == "POST" and headers.get("Content-Type") != FORM:
        yield f"its parameters must be sent as {FORM}"


def _is_right(name: str, value: str) -> bool:
    return RIGHT.get(name, lambda _: True)(value)


def _is_callback(value: str) -> bool:
    parts = urlsplit(value)
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and not parts.query and bool(PATH.fullmatch(parts.path))


RIGHT: dict[str, Callable[[str], object]] = {
    "to": re.compile(r"[1-9]\d{7,15}").fullmatch,
    "from": re.compile(r"[A-Za-z0-9 .&@+_!%-]{1,11}|[1-9]\d{7,15}").fullmatch,
    "message": lambda text: text.strip() and len(text) <= 918 and "\ufffd" not in text,
    "encoding": re.compile("utf-8").fullmatch,
    "format": re.compile("json").fullmatch,
    "idx": re.compile(r"[0-9a-f]{32}").fullmatch,
    "check_idx": re.compile("1").fullmatch,
    "max_parts": re.compile("[1-6]").fullmatch,
    "expiration_date": re.compile(r"\d{10}").fullmatch,
    "notify_url": _is_callback,
    "credits": re.compile("1").fullmatch,
    "details": re.compile("1").fullmatch,
    "status": re.compile(r"\d{1,20}").fullmatch,
}
