"""The stage of stories: the simulator, through the real SDK and real SMTP; nothing inside is patched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import JOBS, Job, run_job
from helpdesk.models import Ticket, Unit, User
from helpdesk.notify.worker import Worker, drain
from helpdesk.simulator.driver import Simulator
from helpdesk.simulator.server import start_simulator
from helpdesk.simulator.state import Call, Message
from helpdesk.tickets.opening import Reporter
from tests.cast import Cast
from tests.drafts import opened
from tests.twilio_contract import check_request

STEP = timedelta(seconds=10)
T = TypeVar("T")


@dataclass
class Story:
    """The words in which stories are told."""

    app: Flask
    cast: Cast
    sim: Simulator
    ran: dict[str, datetime] = field(default_factory=dict)  # when each job ran last

    def files(self, unit: Unit, reporter: User, **changes: object) -> Ticket:
        """Somebody files an urgent held post (or what `changes` say), and the worker runs."""
        phone, email = (contact.value for contact in reporter.contacts)
        known = Reporter(reporter.name, phone, email, reporter.id)
        ticket = opened(self.cast, **({"unit": unit, "reporter": known} | changes))
        self.passes()
        return ticket

    def passes(self, **time: float) -> None:
        """Time goes by in steps of ten seconds; jobs and worker run at each."""
        left = timedelta(**time)
        self._tick()
        while left > timedelta():
            step = min(left, STEP)
            clock.advance(step)
            left -= step
            self._tick()

    def texts(self, user: User) -> list[str]:
        return [message.body for message in self.sim.messages_to(user.contacts[0].value)]

    def last_text(self, user: User) -> str:
        return self.texts(user)[-1]

    def sms(self, user: User) -> Message:
        """The last one to the person."""
        return self.sim.messages_to(user.contacts[0].value)[-1]

    def call(self, user: User) -> Call:
        """The last one to the person."""
        return self.calls(user)[-1]

    def subjects(self, user: User) -> list[str]:
        return [mail.subject for mail in self.sim.mails_to(user.contacts[1].value)]

    def calls(self, user: User) -> list[Call]:
        return self.sim.calls_to(user.contacts[0].value)

    def answers(self, user: User, body: str) -> str:
        """The person answers by SMS; what the program says back."""
        reply = self.sim.send_sms(user.contacts[0].value, body)
        self.passes()
        return reply

    def calls_us(self, user: User) -> str:
        """The person calls our number and hears the menu; the call's sid."""
        return self.sim.call_in(user.contacts[0].value).sid

    def said_to(self, sid: str) -> str:
        """Everything that was said in the call so far."""
        return self.sim.call(sid).said

    def state(self, ticket: Ticket) -> Ticket:
        """The ticket as it is in the database now."""
        db.session.expire_all()
        return db.session.get_one(Ticket, ticket.id)

    def meanwhile(self, look: Callable[[], T]) -> list[T]:
        """What `look` finds in the database, over a connection of its own, while Twilio has an order in hand."""
        found: list[T] = []

        def hook(method: str, _url: str, _form: object) -> tuple[str, ...]:
            if method == "POST":
                with self.app.app_context():
                    found.append(look())
            return ()

        self.sim.on_request.append(hook)
        return found

    def _tick(self) -> None:
        for job in filter(self._has_its_turn, JOBS):
            run_job(self.app, job)
            self.ran[job.name] = clock.now()
        with self.app.app_context():
            drain()
        db.session.rollback()

    def _has_its_turn(self, job: Job) -> bool:
        """The quick ones whenever time passes, the others as seldom as in real life; all after the clock was put
        back."""
        every = timedelta(seconds=job.seconds)
        last = self.ran.get(job.name)
        return last is None or every <= STEP or not last <= clock.now() < last + every


@pytest.fixture
def sim(app: Flask, cast: Cast) -> Iterator[Simulator]:
    settings = app.config["SETTINGS"]
    running = start_simulator(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        numbers=[settings.hotline],
        public_url=settings.public_url,
        voice_status_url=f"{settings.public_url}/twilio/voice-status",
    )
    _point(app, running.url, running.smtp_port)
    client = app.test_client()

    def post(url: str, params: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
        path = url.split("#")[0].removeprefix(settings.public_url)
        answer = client.post(path, data=params, headers=headers)
        return answer.status_code, answer.get_data(as_text=True)

    running.route_callbacks(post)
    running.on_request.append(check_request)
    yield running
    running.stop()
    app.config["SETTINGS"] = settings
    assert running.problems == []


def _point(app: Flask, twilio_url: str, smtp_port: int) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], twilio_api_url=twilio_url)
    app.extensions.pop("helpdesk_twilio", None)
    state = app.extensions["mail"]
    state.server, state.port = "127.0.0.1", smtp_port


@pytest.fixture
def story(app: Flask, cast: Cast, sim: Simulator) -> Story:
    return Story(app, cast, sim)


@pytest.fixture
def worker(app: Flask, sim: Simulator) -> Iterator[Worker]:
    """The worker with all its threads, beside the test; what the simulator holds back it lets go at the end."""
    running = Worker(app)
    running.start()
    yield running
    sim.faults.release()
    running.stop()
