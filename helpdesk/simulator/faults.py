"""Faults that a test schedules by their moment: before or after the request took effect."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from threading import Event, RLock
from typing import TYPE_CHECKING, Any

from helpdesk.simulator.refusals import RefusalError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOMENTS = {
    "403": "before",
    "404": "before",
    "429": "before",
    "500": "before",
    "503": "before",
    "cut_before": "before",
    "500_after": "after",
    "503_after": "after",
    "cut_after": "after",
    "unreadable": "after",
    "slow": "after",
}
PORTAL = "<html><title>Sign in to the network</title></html>"
REFUSED = {
    "403": 20005,
    "404": 20404,
    "429": 20429,
    "500": 20500,
    "503": 20503,
    "500_after": 20500,
    "503_after": 20503,
}


@dataclass(frozen=True)
class Fault:
    """`path` is a part of the URL it waits for, `method` the method; `seconds` is for slow."""

    kind: str
    path: str = ""
    method: str = "POST"
    times: int = 1
    seconds: float = 0.0


class CutError(Exception):
    """The connection is to be cut here."""


class UnreadableError(Exception):
    """Something on the way answers instead, with 200 and a page of its own."""


class Faults:
    """The schedule: each request that fits takes one turn of the first fault that fits it."""

    def __init__(self) -> None:
        self._due: list[Fault] = []
        self._lock = RLock()
        self._released = Event()

    def schedule(self, fault: Fault) -> None:
        """Raises KeyError for a kind that is not in MOMENTS."""
        MOMENTS[fault.kind]
        with self._lock:
            self._due.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any."""
        with self._lock:
            for index, fault in enumerate(self._due):
                if fault.method == method and fault.path in path:
                    rest = replace(fault, times=fault.times - 1)
                    self._due[index : index + 1] = [rest] if rest.times else []
                    return fault
        return None

    def strike(self, fault: Fault | None, moment: str) -> None:
        """Do the harm if this is its moment. Raises RefusalError, UnreadableError or CutError."""
        if fault is None or MOMENTS[fault.kind] != moment:
            return
        if fault.kind in REFUSED:
            raise RefusalError(REFUSED[fault.kind])
        if fault.kind == "slow":
            self._released.wait(fault.seconds)
            return
        raise UnreadableError if fault.kind == "unreadable" else CutError

    def release(self) -> None:
        """Let the slow answers go, for the end of a test."""
        self._released.set()


class CutConnections:
    """WSGI middleware: a CutError from the application closes the socket without an answer."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return self._app(environ, start_response)
        except CutError as error:
            connection: socket.socket = environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("cut by a scheduled fault") from error


OnRequest = Callable[[str, str, Any], Iterable[str]]
