"""Status callbacks, signed as Twilio's, in order or not."""

import heapq
import threading
import time
from contextlib import suppress
from itertools import count
from random import Random

import requests
from twilio.request_validator import RequestValidator

from chaos import fastclock
from chaos.kept import MESSAGE, Thing

Post = tuple[float, int, str, dict[str, str]]
DICE = Random(4)
LONGEST = 2.0


class Courier:
    """Ways: "none" sends nothing; "orderly"; "lost" loses half; "repeated" sends each three times; "reordered"
    sends the last word first; "early" brings all of them before the POST is answered."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._due: list[Post] = []
        self._wake = threading.Condition()
        self._ids = count()

    def start(self) -> None:
        for _ in range(4):
            threading.Thread(target=self._carry, daemon=True).start()

    def announce(self, thing: Thing, url: str, *, way: str) -> None:
        if not url or way == "none":
            return
        posts = [(since / fastclock.SPEED, status) for since, status in thing.life if since]
        for delay, status in in_the_way_of(way, posts):
            self._plan(time.monotonic() + delay, url.partition("#")[0], _params(thing, status))
        if way == "early":
            time.sleep(0.2)

    def _plan(self, at: float, url: str, params: dict[str, str]) -> None:
        with self._wake:
            heapq.heappush(self._due, (at, next(self._ids), url, params))
            self._wake.notify()

    def _carry(self) -> None:
        session = requests.Session()
        while True:
            _at, _id, url, params = self._next()
            signature = self._validator.compute_signature(url, params)
            with suppress(requests.RequestException):
                session.post(url, data=params, headers={"X-Twilio-Signature": signature}, timeout=10)

    def _next(self) -> Post:
        with self._wake:
            while not self._due or self._due[0][0] > time.monotonic():
                wait = self._due[0][0] - time.monotonic() if self._due else None
                self._wake.wait(wait)
            return heapq.heappop(self._due)


def in_the_way_of(way: str, posts: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """(seconds from now, status) of each callback that is to be sent."""
    statuses, delays = [status for _, status in posts], [delay for delay, _ in posts]
    match way:
        case "lost":
            return [post for post in posts if DICE.random() < 0.5]
        case "repeated":
            return [(delay + again * 0.3, status) for delay, status in posts for again in range(3)]
        case "reordered":
            return list(zip(delays, reversed(statuses), strict=True))
        case "early":
            return [(0.0, status) for status in statuses]
        case _:
            return posts


def _params(thing: Thing, status: str) -> dict[str, str]:
    error = {"ErrorCode": str(thing.error)} if thing.error and status == "undelivered" else {}
    if thing.kind == MESSAGE:
        return {"MessageSid": thing.sid, "MessageStatus": status, "To": thing.to, "From": thing.sender} | error
    return {"CallSid": thing.sid, "CallStatus": status, "To": thing.to, "From": thing.sender}
