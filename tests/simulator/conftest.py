"""A simulator on free ports, a twilio SDK that talks to it, and a program that records what it is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from helpdesk.simulator.driver import Person, Simulator
from helpdesk.simulator.server import start_simulator

ACCOUNT = "AC" + "1" * 32
TOKEN = "token-for-tests"
HOTLINE = "+48500000001"
ANNA = "+48500000011"
BARTEK = "+48500000012"
PUBLIC_URL = "https://helpdesk.test"


class ToSimulator(TwilioHttpClient):
    """The SDK's own sdk with another host."""

    def __init__(self, url: str, timeout: float = 5) -> None:
        super().__init__(timeout=timeout)
        self._base = url

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, self._base + parts.path + query, *args, **kwargs)


@dataclass
class Program:
    """The program's end of the wire: answers by path, and everything that came."""

    answers: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    status: int = 200

    def post(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, str]:
        self.posts.append((url, dict(params), dict(headers)))
        return self.status, self.answers.get(urlsplit(url).path, "")

    def sent_to(self, path: str) -> list[dict[str, str]]:
        return [params for url, params, _ in self.posts if urlsplit(url).path == path]


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def sim(program: Program) -> Iterator[Simulator]:
    simulator = start_simulator(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=[HOTLINE],
        public_url=PUBLIC_URL,
        people=[Person("Anna", ANNA, "anna@gmina.test"), Person("Bartek", BARTEK, "bartek@gmina.test")],
    )
    simulator.route_callbacks(program.post)
    yield simulator
    simulator.stop()


@pytest.fixture
def sdk(sim: Simulator) -> Client:
    return Client(ACCOUNT, TOKEN, http_client=ToSimulator(sim.url))


@pytest.fixture
def impatient(sim: Simulator) -> Client:
    """An SDK that gives up after 0.2 s."""
    return Client(ACCOUNT, TOKEN, http_client=ToSimulator(sim.url, timeout=0.2))
