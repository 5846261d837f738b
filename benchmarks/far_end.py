"""The far end of the wire: a provider of SMS and calls, and a mail server, each in a process of its own."""

import json
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from typing import Any
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Arrival:
    """A request, complete at `at` (seconds since the epoch). `text` is that of an SMS, or the subject of a mail."""

    at: float
    channel: str
    to: str
    text: str


@dataclass(frozen=True)
class FarEnd:
    provider_url: str
    mail_port: int
    arrivals: "Queue[Arrival]"

    @property
    def environ(self) -> dict[str, str]:
        return {"TWILIO_API_URL": self.provider_url, "MAIL_PORT": str(self.mail_port)}

    def next(self, timeout: float = 60) -> Arrival:
        """Raises queue.Empty when nothing comes for so many seconds."""
        return self.arrivals.get(timeout=timeout)


@contextmanager
def far_end(answers_after: float = 0.0) -> Iterator[FarEnd]:
    """A provider that answers each request after so many seconds, however many come at a time, and a mail server
    that takes everything at once."""
    arrivals: Queue[Arrival] = _SPAWN.Queue()
    with ExitStack() as stack:
        port = stack.enter_context(_process(_serve_provider, arrivals, answers_after))
        mail_port = stack.enter_context(_process(_serve_mail, arrivals))
        yield FarEnd(f"http://127.0.0.1:{port}", mail_port, arrivals)


@contextmanager
def _process(serve: Callable[..., None], *args: object) -> Iterator[int]:
    """The port at which the new process listens."""
    mine, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=serve, args=(theirs, *args), daemon=True)
    process.start()
    theirs.close()  # or one that failed would be waited for
    try:
        yield mine.recv()
    finally:
        process.terminate()
        process.join()


class Provider(BaseHTTPRequestHandler):
    """Takes every message and call, and knows of each that it was delivered."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet: two would wait for each other (Nagle)
    arrivals: "Queue[Arrival]"
    answers_after: float
    numbers = count(1)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if "To" not in form:  # a call is to end
            return self._answer(200, {"sid": "", "status": "canceled"})
        at, is_message = time.time(), "Body" in form
        self.arrivals.put(Arrival(at, "sms" if is_message else "voice", form["To"][0], form.get("Body", [""])[0]))
        time.sleep(self.answers_after)
        prefix = "SM" if is_message else "CA"
        return self._answer(201, {"sid": f"{prefix}{next(self.numbers):032x}", "status": "queued"})

    def do_GET(self) -> None:
        sid = self.path.partition("?")[0].rpartition("/")[2].removesuffix(".json")
        if sid.startswith(("SM", "CA")):
            return self._answer(200, {"sid": sid, "status": "delivered" if sid.startswith("SM") else "completed"})
        return self._answer(200, {"messages": [], "calls": [], "next_page_uri": None, "page": 0, "page_size": 50})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *args: object) -> None:
        pass


def _serve_provider(pipe: Connection, arrivals: "Queue[Arrival]", answers_after: float) -> None:
    Provider.arrivals, Provider.answers_after = arrivals, answers_after
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    pipe.send(server.server_port)
    server.serve_forever()


class Mailbox:
    """Takes every mail."""

    def __init__(self, arrivals: "Queue[Arrival]") -> None:
        self.arrivals = arrivals

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        at = time.time()
        assert isinstance(envelope.content, bytes)  # the server is not told to decode
        subject = message_from_bytes(envelope.content, policy=default)["Subject"]
        self.arrivals.put(Arrival(at, "email", envelope.rcpt_tos[0], str(subject)))
        return "250 OK"


def _serve_mail(pipe: Connection, arrivals: "Queue[Arrival]") -> None:
    port = free_port()
    Controller(Mailbox(arrivals), hostname="127.0.0.1", port=port).start()
    pipe.send(port)
    pipe.poll(None)  # until the end


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
