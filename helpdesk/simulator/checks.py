"""What Twilio refuses when a message or a call is asked for, in the order in which it looks."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from helpdesk.simulator.refusals import RefusalError

Form = Mapping[str, str]

PHONE = re.compile(r"\+[1-9]\d{6,14}")
SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 \-+_&]{1,11}")
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")
LONGEST_BODY = 1600
LONGEST_TWIML = 4000
GOOD_TEST_SENDER = "+15005550006"

# https://www.twilio.com/docs/iam/test-credentials
MAGIC_MESSAGE_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_MESSAGE_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_CALL_TO = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
MAGIC_CALL_FROM = {"+15005550001": 21212}
CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})


def check_message(form: Form, *, numbers: Collection[str], opted_out: Collection[str]) -> None:
    """Raises RefusalError unless Twilio would take this message."""
    _check_recipient(form.get("To", ""), MAGIC_MESSAGE_TO, missing=21604, invalid=21211)
    _check_sender(form, numbers)
    _check_body(form)
    _check_url(form.get("StatusCallback", ""), 21609)
    _check_whole_number(form.get("ValidityPeriod", "36000"), range(1, 36001), 21624)
    if form["To"] in opted_out:
        raise RefusalError(21610)


def check_call(form: Form, *, events: Collection[str], numbers: Collection[str]) -> None:
    """Raises RefusalError unless Twilio would place this call."""
    _check_recipient(form.get("To", ""), MAGIC_CALL_TO, missing=21201, invalid=21217)
    _check_caller(form.get("From", ""), numbers)
    check_instructions(form)
    _check_url(form.get("StatusCallback", ""), 21609)
    _check_whole_number(form.get("Timeout", "60"), range(5, 601), 20001)
    if not set(events) <= CALL_EVENTS:
        raise RefusalError(21626, ", ".join(events))


def check_instructions(form: Form) -> None:
    """Exactly one of Url and Twiml, and a usable one. Raises RefusalError."""
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    if bool(url) is bool(twiml) or len(twiml) > LONGEST_TWIML:
        raise RefusalError(21205)
    _check_url(url, 21205)
    _check_url(form.get("FallbackUrl", ""), 21205)
    if form.get("Method", "POST") != "POST":
        raise RefusalError(20001, "this look-alike only posts")


def _check_recipient(phone: str, magic: Mapping[str, int], *, missing: int, invalid: int) -> None:
    if not phone:
        raise RefusalError(missing)
    if not PHONE.fullmatch(phone):
        raise RefusalError(invalid, phone)
    if phone in magic:
        raise RefusalError(magic[phone], phone)


def _check_sender(form: Form, numbers: Collection[str]) -> None:
    service, sender = form.get("MessagingServiceSid", ""), form.get("From", "")
    if not service and not sender:
        raise RefusalError(21603)
    if service and not SERVICE.fullmatch(service):
        raise RefusalError(21701, service)
    if sender in MAGIC_MESSAGE_FROM:
        raise RefusalError(MAGIC_MESSAGE_FROM[sender], sender)
    if sender and not _is_ours(sender, numbers) and not SENDER_NAME.fullmatch(sender):
        raise RefusalError(21606 if PHONE.fullmatch(sender) else 21212, sender)


def _check_caller(sender: str, numbers: Collection[str]) -> None:
    if not sender:
        raise RefusalError(21213)
    if sender in MAGIC_CALL_FROM:
        raise RefusalError(MAGIC_CALL_FROM[sender], sender)
    if not _is_ours(sender, numbers):
        raise RefusalError(21210, sender)


def _is_ours(sender: str, numbers: Collection[str]) -> bool:
    return sender in numbers or sender == GOOD_TEST_SENDER


def _check_body(form: Form) -> None:
    body = form.get("Body", "")
    if not body.strip() and not form.get("MediaUrl") and not form.get("ContentSid"):
        raise RefusalError(21602)
    if len(body) > LONGEST_BODY:
        raise RefusalError(21617)


def _check_url(url: str, code: int) -> None:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not HOST.fullmatch(parts.netloc)):
        raise RefusalError(code, url)


def _check_whole_number(value: str, allowed: range, code: int) -> None:
    if not (value.isascii() and value.isdigit() and int(value) in allowed):
        raise RefusalError(code, value)
