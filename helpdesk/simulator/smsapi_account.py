"""An account at the SMSAPI look-alike: what it refuses, what it has sent, and its reports to the program.

Written from SMSAPI's published OpenAPI (sms.do), its table of errors and the fixtures of its packages.
"""

import copy
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from urllib.parse import urlsplit

from helpdesk.simulator.segments import count_segments
from helpdesk.simulator.smsapi_reports import Report, Reports

ERRORS: Mapping[int, str] = {
    8: "Error in request",
    11: "The message is too long or there is no message",
    12: "The message has more parts than defined in &max_parts parameter",
    13: "No correct phone numbers",
    14: "Invalid from field",
    27: "Too long IDX parameter. Maximum 255 chars",
    52: "Too many attempts of sending messages to one number",
    53: "Not unique idx parameter, message with the same idx has been already sent and &check_idx=1",
    54: "Wrong date",
    56: "Invalid expiration date",
    59: "Number is added to OptOut list",
    70: "Invalid URL in notify_url parameter",
    94: "Not allowed to send messages with link",
    101: "Authorization failed",
    103: "Insufficient credits on Your account",
    105: "Wrong IP address",
    200: "Unsuccessful message submission",
    201: "System internal error",
    202: "Too many simultaneous requests, the message won't be sent",
    203: "Too many requests. Please try again later",
    400: "Invalid message ID of a status response",
    999: "System internal error",
}
STATUS_NUMBERS = {
    "NOT_FOUND": 401,
    "EXPIRED": 402,
    "SENT": 403,
    "DELIVERED": 404,
    "UNDELIVERED": 405,
    "FAILED": 406,
    "REJECTED": 407,
    "UNKNOWN": 408,
    "QUEUE": 409,
    "ACCEPTED": 410,
    "RENEWAL": 411,
    "STOP": 412,
}
FINAL = frozenset({"EXPIRED", "DELIVERED", "UNDELIVERED", "FAILED", "REJECTED", "STOP"})
PHONE = re.compile(r"[1-9]\d{7,15}")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
PRICE, LONGEST_IDX, MOST_PARTS = 0.165, 255, 6
IDX_KNOWN, MINUTE, MOST_A_MINUTE = timedelta(hours=24), timedelta(minutes=1), 10
SHORTEST_LIFE, LONGEST_LIFE = timedelta(hours=1), timedelta(hours=72)

Form = Mapping[str, str]


class ApiError(Exception):
    """An answer other than yes; `code` is a key of ERRORS."""

    def __init__(self, code: int, **more: object) -> None:
        super().__init__(f"{code}: {ERRORS[code]}")
        self.code = code
        self.body: dict[str, object] = {"message": ERRORS[code], "error": code} | more


@dataclass
class Sms:
    id: str
    number: str
    submitted_number: str
    sender: str
    body: str
    idx: str
    date_sent: datetime
    notify_url: str
    expires_at: datetime | None
    status: str = "QUEUE"

    @property
    def parts(self) -> int:
        return count_segments(self.body)


@dataclass
class Account:
    """Change and read messages only while holding `lock`; never call the program while holding it.

    `senders` are the confirmed names and numbers ("" stands for the account's own); `incoming_url` is where texts
    of people are reported to; `refused` has the error code for a number; `now` gives aware UTC.
    """

    token: str
    now: Callable[[], datetime]
    senders: tuple[str, ...] = ("", "GMINA", "2way")
    points: float = 100.0
    username: str = "helpdesk"
    incoming_url: str = ""
    allows_links: bool = True
    refused: dict[str, int] = field(default_factory=dict)
    messages: list[Sms] = field(default_factory=list)
    reports: Reports = field(default_factory=Reports)
    lock: RLock = field(default_factory=RLock)

    # What the API does

    def take(self, form: Form) -> Sms:
        """Take an order to send. Raises ApiError."""
        with self.lock:
            self._check(form)
            expires = form.get("expiration_date")
            sms = Sms(
                id=str(7 * 10**18 + secrets.randbelow(10**18)),
                number=form["to"].removeprefix("+"),
                submitted_number=form["to"],
                sender=form.get("from", ""),
                body=form["message"],
                idx=form.get("idx", ""),
                date_sent=self.now(),
                notify_url=form.get("notify_url", ""),
                expires_at=datetime.fromtimestamp(int(expires), self.now().tzinfo) if expires else None,
            )
            if form.get("test") != "1":
                self.messages.append(sms)
                self.points -= PRICE * sms.parts
            return copy.copy(sms)

    def get(self, sms_id: str) -> Sms:
        """The message itself. Raises ApiError 400."""
        with self.lock:
            found = [sms for sms in self.messages if sms.id == sms_id]
            if not found:
                raise ApiError(400)
            return found[0]

    def _check(self, form: Form) -> None:
        """In the order in which the documentation numbers the errors."""
        self._check_text(form)
        self._check_number(form.get("to", ""))
        if form.get("from", "").lower() not in {sender.lower() for sender in self.senders}:
            raise ApiError(14)
        self._check_idx(form)
        self._check_life(form.get("expiration_date", ""))
        parts = urlsplit(form.get("notify_url", "http://none.test"))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ApiError(70)
        if self.points < PRICE:
            raise ApiError(103)

    def _check_text(self, form: Form) -> None:
        text = form.get("message", "")
        if not text.strip() or count_segments(text) > MOST_PARTS:
            raise ApiError(11)
        if count_segments(text) > int(form.get("max_parts", MOST_PARTS)):
            raise ApiError(12)
        if LINK.search(text) and not self.allows_links:
            raise ApiError(94)

    def _check_number(self, to: str) -> None:
        number = to.removeprefix("+")
        if not PHONE.fullmatch(number) or self.refused.get(number) == 13:
            wrong = {"number": number, "submitted_number": to, "message": "Invalid phone number"}
            raise ApiError(13, invalid_numbers=[wrong])
        if number in self.refused:
            raise ApiError(self.refused[number])
        since = self.now() - MINUTE
        if sum(sms.number == number and sms.date_sent > since for sms in self.messages) >= MOST_A_MINUTE:
            raise ApiError(52)

    def _check_idx(self, form: Form) -> None:
        idx = form.get("idx", "")
        if len(idx) > LONGEST_IDX:
            raise ApiError(27)
        since = self.now() - IDX_KNOWN
        known = {sms.idx for sms in self.messages if sms.idx and sms.date_sent > since}
        if form.get("check_idx") == "1" and idx in known:
            raise ApiError(53)

    def _check_life(self, expiration_date: str) -> None:
        if not expiration_date:
            return
        if not expiration_date.isdecimal():
            raise ApiError(54)
        life = datetime.fromtimestamp(int(expiration_date), self.now().tzinfo) - self.now()
        if not SHORTEST_LIFE <= life <= LONGEST_LIFE:
            raise ApiError(56)

    # What people and the network do

    def messages_to(self, number: str) -> list[Sms]:
        """Copies, oldest first."""
        with self.lock:
            return [copy.copy(sms) for sms in self.messages if sms.number == number.removeprefix("+")]

    def report(self, sms_id: str, *statuses: str) -> None:
        """The message goes through `statuses`, with a report for each; a final status stays."""
        for status in statuses:
            with self.lock:
                sms = self.get(sms_id)
                if sms.status in FINAL:
                    return
                sms.status = status
                report = Report(sms.notify_url, self._report_params(sms))
            self.reports.carry(report)

    def deliver(self, sms_id: str) -> None:
        self.report(sms_id, "ACCEPTED", "DELIVERED")

    def text_in(self, from_: str, text: str, to: str = "48500000200") -> tuple[int, str]:
        """A person texts a number of the account; the program's answer, of which only "OK" means anything."""
        last = [sms.id for sms in self.messages_to(from_)][-1:]
        params = {
            "sms_to": to,
            "sms_from": from_.removeprefix("+"),
            "sms_text": text,
            "sms_date": str(int(self.now().timestamp())),
            "username": self.username,
            "MsgId": "".join(last),
        }
        return self.reports.send(self.incoming_url, params)

    def _report_params(self, sms: Sms) -> dict[str, str]:
        return {
            "MsgId": sms.id,
            "status": str(STATUS_NUMBERS[sms.status]),
            "status_name": sms.status,
            "idx": sms.idx,
            "donedate": str(int(self.now().timestamp())),
            "username": self.username,
            "to": sms.number,
            "from": sms.sender,
            "points": f"{PRICE * sms.parts:.4f}",
            "mcc": "260",
            "mnc": "1",
        }
