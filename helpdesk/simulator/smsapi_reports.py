"""Delivery reports of the SMSAPI look-alike on their way to the program; tests lose, hold, repeat, reorder them."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

import requests

PATIENCE_SECONDS = 15
Send = Callable[[str, Mapping[str, str]], tuple[int, str]]  # address and parameters; status and body of the answer


@dataclass(frozen=True)
class Report:
    url: str
    params: Mapping[str, str]


def get_over_http(url: str, params: Mapping[str, str]) -> tuple[int, str]:
    """Status and body of the answer; status 0 when nobody answers."""
    try:
        answer = requests.get(url, params=params, timeout=PATIENCE_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return 0, ""
    return answer.status_code, answer.text


@dataclass
class Reports:
    """`problems` are the answers that were not "OK": SMSAPI would report again and again."""

    send: Send = get_over_http
    sent: list[Report] = field(default_factory=list)
    held: list[Report] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    mode: str = "carry"

    def carry(self, report: Report) -> None:
        """Bring it to the program, or do with it what `lose` or `hold` said."""
        if not report.url or self.mode == "lose":
            return
        if self.mode == "hold":
            self.held.append(report)
            return
        status, body = self.send(report.url, report.params)
        self.sent.append(report)
        if status != 200 or body.strip() != "OK":
            self.problems.append(f"{report.url} answered {status} {body[:80]!r} to a report")

    def lose(self) -> ExitStack:
        """They go nowhere until the end of the `with` block."""
        return self._switch("lose")

    def hold(self) -> ExitStack:
        """They wait for `release`."""
        return self._switch("hold")

    def release(self, order: Callable[[list[Report]], list[Report]] = list) -> None:
        """Carry what was held; `order` may drop, repeat or reorder it."""
        waiting, self.held = self.held, []
        self.mode = "carry"
        for report in order(waiting):
            self.carry(report)

    def _switch(self, mode: str) -> ExitStack:
        self.mode = mode
        stack = ExitStack()
        stack.callback(setattr, self, "mode", "carry")
        return stack
