"""Starting and stopping the simulator: the HTTP port, the SMTP port, the autopilot."""

import socket
from collections.abc import Sequence
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk import clock
from helpdesk.simulator.app import create_simulator_app
from helpdesk.simulator.autopilot import Pace, start_autopilot
from helpdesk.simulator.callbacks import Courier
from helpdesk.simulator.driver import Person, Simulator
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.faults import CutConnections
from helpdesk.simulator.loopback import require_loopback
from helpdesk.simulator.mail import MailServer
from helpdesk.simulator.state import State


class QuietHandler(WSGIRequestHandler):
    """Writes no line per request: the page polls every second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def start_simulator(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    smtp_port: int = 0,
    account_sid: str,
    auth_token: str,
    numbers: Sequence[str],
    public_url: str,
    people: Sequence[Person] = (),
    smtp_login: tuple[str, str] | None = None,
    voice_status_url: str = "",
    time_zone: str = "Europe/Warsaw",
    autopilot: Pace | None = None,
) -> Simulator:
    """Listen on loopback until `stop()`; port 0 takes a free one (see `url` and `smtp_port`).

    `numbers` are the account's own, the hotline first; webhooks go to `public_url` + /twilio/sms and
    /twilio/voice. Without `autopilot` nothing happens by itself. Raises ValueError for a host that is not
    loopback, OSError for a port that is taken.
    """
    require_loopback(host)
    state = State()
    courier = Courier(auth_token=auth_token, state=state, now=clock.now)
    exchange = Exchange(
        account_sid=account_sid,
        auth_token=auth_token,
        numbers=tuple(numbers),
        public_url=public_url.rstrip("/"),
        state=state,
        courier=courier,
        now=clock.now,
        voice_status_url=voice_status_url,
    )
    simulator = Simulator(exchange, people)
    _serve_mail(simulator, host, smtp_port, smtp_login)
    _serve_web(simulator, host, port, time_zone)
    if autopilot:
        start_autopilot(simulator, autopilot)
    return simulator


def _serve_mail(simulator: Simulator, host: str, port: int, login: tuple[str, str] | None) -> None:
    listener = socket.create_server((host, port))
    # Its answers have several lines: each would wait for the other side's ACK, 40 ms for every mail.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    simulator.smtp_port = listener.getsockname()[1]
    server = MailServer(simulator.sink, listener, login=login)
    server.start()
    simulator.closing.callback(server.stop)


def _serve_web(simulator: Simulator, host: str, port: int, time_zone: str) -> None:
    app = create_simulator_app(simulator, time_zone=time_zone)
    server = make_server(host, port, CutConnections(app), threaded=True, request_handler=QuietHandler)
    simulator.url = f"http://{host}:{server.server_port}"
    simulator.exchange.api_url = simulator.url
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    simulator.closing.callback(server.server_close)
    simulator.closing.callback(thread.join)
    simulator.closing.callback(server.shutdown)
