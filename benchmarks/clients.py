"""Clients that file tickets over HTTP, in a process of their own."""

import multiprocessing
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection

import requests

FIELD = re.compile(r'name="(csrf_token|submission|page)"[^>]*value="([^"]*)"')
FORM = {
    "category": "other",
    "priority": "normal",
    "subject": "Pytanie o grupę",
    "description": "Jak dodać wydarzenie?",
    "name": "Jan Testowy",
    "email": "jan@unit.test",
}
TICKET = {
    "category": "other",
    "priority": "normal",
    "summary": "Pytanie o grupę",
    "reporter": {"name": "Jan Testowy", "email": "jan@unit.test"},
}


@dataclass(frozen=True)
class Address:
    """Where tickets are filed; the API wants a token and the id of a unit. `kind` is a key of FILE."""

    kind: str
    url: str
    token: str = ""
    unit: int = 0


def rate(address: Address, clients: int, tickets: int) -> float:
    """Tickets per second, filed by so many clients at a time; each has filed one before that does not count.

    Raises:
        RuntimeError: the server did not take one.
    """
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_file_all, args=(theirs, address, clients, tickets), daemon=True)
    process.start()
    theirs.close()
    try:
        seconds: float = mine.recv()
    except EOFError as refused:
        raise RuntimeError(f"the clients at {address.url} failed") from refused
    finally:
        process.join()
    return tickets / seconds


def _file_all(pipe: Connection, address: Address, clients: int, tickets: int) -> None:
    file = FILE[address.kind]
    sessions = [requests.Session() for _ in range(clients)]

    def work(session: requests.Session) -> None:
        for _ in range(tickets // clients):
            file(address, session)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda session: file(address, session), sessions))
        start = time.perf_counter()
        list(pool.map(work, sessions))
        pipe.send(time.perf_counter() - start)


def _file_form(address: Address, session: requests.Session) -> None:
    hidden = dict(FIELD.findall(session.get(address.url).text))
    answer = session.post(address.url, data=hidden | FORM, allow_redirects=False)
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"the form answered {answer.status_code}")


def _file_api(address: Address, session: requests.Session) -> None:
    headers = {"Authorization": f"Bearer {address.token}"}
    answer = session.post(address.url, json=TICKET | {"unit": address.unit}, headers=headers)
    if answer.status_code != 201:
        raise RuntimeError(f"the API answered {answer.status_code}: {answer.text[:200]}")


FILE: dict[str, Callable[[Address, requests.Session], None]] = {"form": _file_form, "API": _file_api}
