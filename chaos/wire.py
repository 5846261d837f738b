"""The provider's two ports: the API, and the one at which a scenario changes its behaviour."""

import base64
import json
import os
import re
import signal
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from chaos import headers, journal
from chaos.faults import Fault, Plan, draw
from chaos.kept import CALL, MESSAGE, Thing

if TYPE_CHECKING:
    from chaos.provider import Provider

DICE = Random(3)
PATH = re.compile(r"/2010-04-01/Accounts/(\w+)(?:/(Messages|Calls|Balance)(?:/(\w+))?)?\.json")
# What the program may send: every parameter by name, and what it must look like.
ALLOWED = {
    MESSAGE: {
        "To": r"\+\d{8,15}",
        "From": r"\+\d{8,15}",
        "Body": r"(?s).{1,1600}",
        "StatusCallback": r"http://\S+/[\w-]+(#\S+)?",
        "ValidityPeriod": r"[1-9]\d{0,4}",
    },
    CALL: {
        "To": r"\+\d{8,15}",
        "From": r"\+\d{8,15}",
        "Url": r"http://\S+/[\w-]+(#\S+)?",
        "StatusCallback": r"http://\S+/[\w-]+(#\S+)?",
        "StatusCallbackEvent": r"initiated|ringing|answered|completed",
        "StatusCallbackMethod": "POST",
        "Method": "POST",
        "Timeout": r"\d{1,3}",
    },
}
TOKEN = re.compile(r"/([0-9a-zA-Z]{64})(?:#|$)")


def complaints(kind: str, form: dict[str, list[str]]) -> list[str]:
    """What is wrong with a request by Twilio's rules."""
    allowed = ALLOWED[kind]
    unknown = [f"{name} is not a parameter of {kind}" for name in form if name not in allowed]
    wrong = [
        f"{name} may not be {value!r}"
        for name, values in form.items()
        for value in values
        if name in allowed and not re.fullmatch(allowed[name], value)
    ]
    wanted = {"To", "From", "Body"} if kind == MESSAGE else {"To", "From", "Url"}
    return unknown + wrong + [f"{name} is missing" for name in sorted(wanted - set(form))]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    provider: "Provider"

    def body(self) -> str:
        """Raises ConnectionError: the other side died before it had sent all of it."""
        length = int(self.headers.get("Content-Length", 0))
        sent = self.rfile.read(length)
        if len(sent) < length:
            raise ConnectionError("half a request")
        return sent.decode()

    def answer(self, status: int, content: object) -> None:
        encoded = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_: object) -> None:
        pass


class Control(_Handler):
    def do_POST(self) -> None:
        self.provider.follow(Plan(**json.loads(self.body())))
        self.answer(200, {})


class Api(_Handler):
    def do_POST(self) -> None:
        received, form = time.monotonic(), parse_qs(self.body())
        found, plain = self._found(), {name: values[0] for name, values in form.items()}
        if found is None:
            return
        _account, kind, sid = found
        if sid:
            self._stop(sid, plain)
            return
        wrong = complaints(kind, form)
        if wrong:
            self.provider.note("complaint", about=wrong)
            self.answer(400, {"code": 21601, "message": wrong[0], "status": 400})
            return
        self._take(kind, plain, self._seen(plain, received))

    def do_GET(self) -> None:
        found = self._found()
        if found is None:
            return
        _account, kind, sid = found
        fault = draw(self.provider.plan.ask_faults, DICE)
        if fault is not None:
            self.provider.asked_in_vain[kind, self._query().get("To", "")] = time.monotonic()
            self._strike(fault)
            return
        if kind not in (MESSAGE, CALL):
            self.answer(200, {"status": "active", "type": "Full", "balance": "100", "currency": "USD"})
        elif sid:
            thing = self.provider.kept.get(sid)
            self.answer(200, thing.as_json()) if thing else self._refuse(404, 20404)
        else:
            self._list(kind)

    def _take(self, kind: str, form: dict[str, str], seen: dict[str, object]) -> None:
        refusal = self.provider.plan.refused.get(form["To"])
        fault = draw(self.provider.plan.faults, DICE)
        if refusal or (fault is not None and not fault.stores):
            self.provider.note("not stored", **seen)
            self._refuse(400, refusal) if refusal else self._strike(fault)
            return
        thing = self.provider.store(kind, form, **seen)
        self._kill_if_told()
        self._strike(fault) if fault else self.answer(201, thing.as_json())

    def _seen(self, form: dict[str, str], received: float) -> dict[str, object]:
        token = TOKEN.search(form.get("StatusCallback", "") or form.get("Url", ""))
        return {
            "token": token[1] if token else "",
            "sent": float(self.headers.get(headers.SENT, received)),
            "claimed": float(self.headers.get(headers.CLAIMED, 0)),
        }

    def _kill_if_told(self) -> None:
        """The worker carries a bomb for this very moment: stored, not yet answered."""
        moment = self.headers.get(headers.KILL)
        if moment:
            journal.note(self.provider.kills, moment=moment)
            os.kill(int(self.headers[headers.PID]), signal.SIGKILL)

    def _stop(self, sid: str, form: dict[str, str]) -> None:
        """A call that rings is to end. Here a phone has rung out at once, so nothing changes."""
        thing = self.provider.kept.get(sid)
        if thing is None or form != {"Status": "canceled"}:
            self.provider.note("complaint", about=[f"{form} is no way to end {sid}"])
            self._refuse(400, 20001)
            return
        self.answer(200, thing.as_json())

    def _found(self) -> tuple[str, str, str] | None:
        """Account, kind and SID of the address; None when that was answered already."""
        if self.provider.plan.is_down:
            self._cut()
            return None
        found = PATH.fullmatch(urlsplit(self.path).path)
        house = self.provider.settings
        login = base64.b64encode(f"{house.twilio_account_sid}:{house.twilio_auth_token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            self._refuse(401, 20003)
        elif found is None:
            self._refuse(404, 20404)
        else:
            return found[1], found[2] or "", found[3] or ""
        return None

    def _list(self, kind: str) -> None:
        path, query = urlsplit(self.path).path, self._query()
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        found = self.provider.kept.newest_first(kind, query.get("To", ""))
        more = urlencode(query | {"Page": page + 1}) if len(found) > (page + 1) * size else ""
        self.answer(200, _page(kind, found[page * size : (page + 1) * size], f"{path}?{more}" if more else None))

    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _strike(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.status:
            self._refuse(fault.status, fault.code)
            return
        time.sleep(fault.silent)
        self._cut()

    def _refuse(self, status: int, code: int) -> None:
        self.answer(status, {"code": code, "message": f"error {code}", "status": status})

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _page(kind: str, things: list[Thing], following: str | None) -> dict[str, object]:
    return {kind.lower(): [thing.as_json() for thing in things], "next_page_uri": following, "page": 0}
