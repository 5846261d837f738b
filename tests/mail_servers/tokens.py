"""A company's token endpoint on loopback, and the place where its mail server asks whether a token is good."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

CLIENT, SECRET, TOKEN = "klient", "sekret klienta", "token dostepu"


@dataclass
class Company:
    """`good` are the refresh tokens that it takes; `next_one` is what it gives instead of the used one."""

    url: str = ""
    user: str = ""
    good: set[str] = field(default_factory=set)
    next_one: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if "token" in form:
            return 200, {"active": form["token"] == TOKEN, "username": self.user, "email": self.user}
        self.asked.append(form)
        is_client = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        is_good = form["grant_type"] == "client_credentials" or form.get("refresh_token") in self.good
        if not (is_client and is_good):
            return 400, {"error": "invalid_grant", "error_description": f"not valid: {sorted(form.values())}"}
        return 200, {"access_token": TOKEN} | ({"refresh_token": self.next_one} if self.next_one else {})


@contextmanager
def company() -> Iterator[Company]:
    state = Company()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            status, said = state.answer(form)
            written = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
