"""The HTTP look-alike of SMSAPI on loopback: what the smsapi package talks to. Nothing happens by itself.

`sms.do` sends and tells the status of a message, `user.do` the points of the account; errors are answered with
status 200, wrong tokens with 401. Faults are named by their moment as at the Twilio look-alike (faults.py).
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Thread

from flask import Flask, Response, g, jsonify, request
from werkzeug.serving import make_server

from helpdesk import clock
from helpdesk.simulator.faults import PORTAL, CutConnections, Fault, Faults, UnreadableError
from helpdesk.simulator.loopback import require_loopback
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.server import QuietHandler
from helpdesk.simulator.smsapi_account import PRICE, Account, ApiError, Sms

# method, path, headers, parameters; one sentence for each thing that is wrong
Check = Callable[[str, str, Mapping[str, str], Mapping[str, str]], Iterable[str]]


@dataclass
class SmsapiSimulator:
    """The look-alike as a test holds it; `problems` are complaints of `on_request`."""

    account: Account
    url: str = ""
    faults: Faults = field(default_factory=Faults)
    on_request: list[Check] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    closing: ExitStack = field(default_factory=ExitStack)

    def fault(self, kind: str, *, method: str = "POST", times: int = 1, seconds: float = 1.0) -> None:
        """The next `times` requests of the method meet a fault: a key of faults.MOMENTS."""
        self.faults.schedule(Fault(kind, "", method, times, seconds))

    def refuse(self, code: int, times: int = 1) -> None:
        """The next `times` orders to send get an error: a key of smsapi_account.ERRORS."""
        self.errors += [code] * times

    def answer_strangely(self, body: str) -> None:
        """The next request is answered with status 200 and this body, and does nothing."""
        self.strange.append(body)

    def stop(self) -> None:
        self.faults.release()
        self.closing.close()


def start_smsapi(*, token: str, incoming_url: str = "", host: str = "127.0.0.1", port: int = 0) -> SmsapiSimulator:
    """Listen on loopback until `stop()`; port 0 takes a free one (see `url`).

    Raises ValueError for a host that is not loopback, OSError for a port that is taken.
    """
    require_loopback(host)
    simulator = SmsapiSimulator(Account(token, clock.now, incoming_url=incoming_url))
    app = CutConnections(create_smsapi_app(simulator))
    server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)
    simulator.url = f"http://{host}:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    for end in (server.server_close, thread.join, server.shutdown):
        simulator.closing.callback(end)
    return simulator


def create_smsapi_app(simulator: SmsapiSimulator) -> Flask:
    app = Flask(__name__, static_folder=None)
    # A scheduled cut must reach the server and not become an answer with status 500.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    _guard(app, simulator)
    _add_views(app, simulator)
    return app


def _guard(app: Flask, simulator: SmsapiSimulator) -> None:
    @app.before_request
    def check_and_strike() -> None:
        for check in simulator.on_request:
            simulator.problems.extend(check(request.method, request.path, dict(request.headers), request.values))
        g.fault = simulator.faults.take(request.method, request.path)
        simulator.faults.strike(g.fault, "before")

    @app.before_request
    def say_something_strange() -> Response | None:
        return Response(simulator.strange.pop(0)) if simulator.strange else None

    @app.before_request
    def authenticate() -> None:
        expected = f"Bearer {simulator.account.token}".encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            raise ApiError(101)

    @app.after_request
    def strike_after(response: Response) -> Response:
        try:
            simulator.faults.strike(g.pop("fault", None), "after")
        except RefusalError as error:
            return _broken(error)
        except UnreadableError:
            return Response(PORTAL)
        return response

    app.register_error_handler(RefusalError, _broken)
    app.register_error_handler(ApiError, _refused)


def _broken(error: RefusalError) -> Response:
    """What stands before their program answers in HTML, not in JSON."""
    return Response(f"<h1>{error.status}</h1>", error.status, content_type="text/html")


def _refused(error: ApiError) -> Response:
    response = jsonify(error.body)
    response.status_code = 401 if error.code == 101 else 200
    return response


def _add_views(app: Flask, simulator: SmsapiSimulator) -> None:
    account = simulator.account

    @app.post("/sms.do")
    def send() -> Response:
        if simulator.errors:
            raise ApiError(simulator.errors.pop(0))
        return jsonify({"count": 1, "list": [_row(account.take(request.form))]})

    @app.get("/sms.do")
    def status() -> Response:
        found = [account.get(sms_id) for sms_id in request.args.get("status", "").split("|")]
        rows = [_row(sms) | {"message": sms.body, "length": len(sms.body)} for sms in found]
        return jsonify(rows[0] if len(rows) == 1 else {"count": len(rows), "list": rows})

    @app.get("/user.do")
    def user() -> Response:
        if request.args.get("credits") != "1":
            raise ApiError(8)
        left = account.points
        return jsonify({"points": round(left, 4), "proCount": int(left / PRICE), "ecoCount": int(left / PRICE)})


def _row(sms: Sms) -> dict[str, object]:
    return {
        "id": sms.id,
        "points": round(PRICE * sms.parts, 4),
        "number": sms.number,
        "date_sent": int(sms.date_sent.timestamp()),
        "submitted_number": sms.submitted_number,
        "status": sms.status,
        "error": None,
        "idx": sms.idx or None,
        "parts": sms.parts,
    }
