"""A small and strict look-alike of Twilio's API in its own process, which writes every POST down before it answers.

What it wrote is the evidence: when the first byte was sent, for which of our attempts, whether it was stored.
"""

import json
import signal
import threading
import time
from dataclasses import asdict
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from chaos import fastclock, journal
from chaos.courier import Courier
from chaos.faults import Plan
from chaos.kept import Kept, Thing
from chaos.wire import Api, Control
from helpdesk.config import Settings


class Provider:
    """What the handlers of both ports share: what was stored, and the plan."""

    def __init__(self, settings: Settings, record: Path, plan: Plan | None = None) -> None:
        self.settings = settings
        self.plan = plan or Plan()
        self.kept = Kept()
        self.courier = Courier(settings.twilio_auth_token)
        self._record = record
        self.kills = record.with_name("killed")
        self.asked_in_vain: dict[tuple[str, str], float] = {}  # by kind and number: monotonic seconds
        self._port = int(settings.twilio_api_url.rsplit(":", 1)[1])
        self._api: ThreadingHTTPServer | None = None

    def note(self, what: str, **facts: object) -> None:
        journal.note(self._record, what=what, at=time.monotonic(), **facts)

    def store(self, kind: str, form: dict[str, str], **seen: object) -> Thing:
        """Keep it, and only then say so: in the record, and by callbacks."""
        code = self.plan.lost.get(form["To"], 0)
        with self.kept.lock:
            thing = self.kept.add(kind, form, created_at=fastclock.now(), error=code)
            self.note(
                "stored",
                sid=thing.sid,
                to=thing.to,
                body=thing.body,
                failed=bool(code),
                asked_in_vain=self.asked_in_vain.get((kind, thing.to), 0.0),
                **seen,
            )
        self.courier.announce(thing, form.get("StatusCallback", ""), way=self.plan.callbacks)
        return thing

    def follow(self, plan: Plan) -> None:
        self.plan = plan
        if plan.is_down and self._api is not None:
            self.close()
        elif not plan.is_down and self._api is None:
            self.open()

    def open(self) -> None:
        """Begin to listen."""
        handler = type("Handler", (Api,), {"provider": self})
        self._api = _Server(("127.0.0.1", self._port), handler)
        threading.Thread(target=self._api.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop listening: connections are refused, open ones are cut at the next request."""
        if self._api is not None:
            self._api.shutdown()
            self._api.server_close()
            self._api = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def serve_provider(settings: Settings, control_port: int, record: Path, plan: Plan | None) -> None:
    """Until SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    provider = Provider(settings, record, plan)
    provider.open()
    provider.courier.start()
    handler = type("Handler", (Control,), {"provider": provider})
    _Server(("127.0.0.1", control_port), handler).serve_forever()


def change(control_port: int, plan: Plan) -> None:
    """Tell the provider to behave so from now on."""
    body = json.dumps(asdict(plan)).encode()
    with urlopen(Request(f"http://127.0.0.1:{control_port}/", data=body), timeout=30) as answer:
        answer.read()
