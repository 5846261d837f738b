"""`helpdesk run` and `helpdesk worker`: the parts of the program in one process, started and stopped in order."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import OperationalError
from waitress import create_server

from helpdesk import exporting
from helpdesk.config import SMSAPI_OWN, TWILIO_API, Settings
from helpdesk.demo import DEMO_PEOPLE
from helpdesk.errors import BadSetting
from helpdesk.inbound.fetchers import Fetchers
from helpdesk.jobs import start_scheduler
from helpdesk.notify.worker import Worker
from helpdesk.outage import DATABASE
from helpdesk.schema import reason
from helpdesk.simulator.autopilot import Pace
from helpdesk.simulator.driver import Person, Simulator
from helpdesk.simulator.server import start_simulator

log = logging.getLogger(__name__)
WEB_THREADS = 12


def set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "twilio.http_client", "waitress.queue", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(tell_once_that_the_database_is_away)


def tell_once_that_the_database_is_away(record: logging.LogRecord) -> bool:
    """For handlers: one line in ten seconds, no traceback, because every thread notices it every second."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, OperationalError | psycopg.OperationalError):
        return True
    why = reason(error)
    record.msg, record.args = "the database cannot be used: %s. What is due waits and goes on by itself", (why,)
    record.exc_info = record.exc_text = None
    return DATABASE.is_news(why)


def warn_of_strange_provider(settings: Settings) -> None:
    if not settings.simulated and settings.twilio_api_url != TWILIO_API:
        log.warning("TWILIO_API_URL is not Twilio's own address: %s", settings.twilio_api_url)
    if settings.smsapi_url not in SMSAPI_OWN:
        log.warning("SMSAPI_URL is not SMSAPI's own address: %s", settings.smsapi_url)


@contextmanager
def background(app: Flask) -> Iterator[None]:
    """Worker and scheduler; on leaving, what is being sent is finished and nothing new is taken."""
    warn_of_strange_provider(app.config["SETTINGS"])
    worker, fetchers = Worker(app), Fetchers(app)
    worker.start()
    fetchers.start()
    exporting.ENDING.clear()
    scheduler: BackgroundScheduler = start_scheduler(app)
    try:
        yield
    finally:
        scheduler.pause()
        exporting.ENDING.set()
        fetchers.hush()
        worker.stop()
        fetchers.stop()
        scheduler.shutdown(wait=True)  # a job that asks the provider may take longer than we are given


@contextmanager
def simulator(settings: Settings) -> Iterator[Simulator | None]:
    """The far end of the wire on loopback; nothing at all when real credentials are set."""
    if not settings.simulated:
        yield None
        return
    running = _start_simulator(settings)
    try:
        yield running
    finally:
        running.stop()


def _start_simulator(settings: Settings) -> Simulator:
    try:
        return start_simulator(
            port=settings.simulator_port,
            smtp_port=settings.simulator_smtp_port,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            numbers=[settings.hotline],
            public_url=settings.public_url,
            voice_status_url=f"{settings.public_url}/twilio/voice-status",
            people=[Person(p.name, p.phone, p.email, p.note) for p in DEMO_PEOPLE],
            time_zone=settings.default_time_zone,
            autopilot=Pace(),
        )
    except OSError as taken:
        sentence = f"The simulator cannot listen: {taken.strerror}. Choose SIMULATOR_PORT and SIMULATOR_SMTP_PORT."
        raise BadSetting(sentence) from taken


def listen(app: Flask, host: str, port: int) -> Callable[[], None]:
    """Take the port; what is returned answers HTTP until SIGTERM or SIGINT.

    Raises:
        BadSetting: nobody can listen there.
    """
    try:
        server = create_server(app, host=host, port=port, threads=WEB_THREADS, ident="helpdesk")
    except (OSError, ValueError) as taken:
        why = getattr(taken, "strerror", None) or "no such address"
        raise BadSetting(f"Nothing can listen at {host}, port {port}: {why}.") from taken

    def answer() -> None:
        _exit_on_signals()
        server.run()

    return answer


def wait_for_signal() -> None:
    """Until SIGTERM or SIGINT."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    stopped.wait()


def _exit_on_signals() -> None:
    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
