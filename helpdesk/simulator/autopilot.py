"""The live demonstration's network: messages arrive after a moment, phones ring, unanswered calls give up."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from helpdesk.simulator.driver import Simulator
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Message
from helpdesk.simulator.steps import Gather, Record, Say

SPOKEN_LETTERS_PER_SECOND = 14
READING_SECONDS = 5


@dataclass(frozen=True)
class Pace:
    """`step` lies between two states of a message and before a phone rings; `look` is in seconds."""

    step: timedelta = timedelta(seconds=0.8)
    look: float = 0.25


Act = Callable[[], object]


def start_autopilot(simulator: Simulator, pace: Pace) -> None:
    """Run until the simulator stops."""
    stopping = Event()
    thread = Thread(target=_run, args=(simulator, pace, stopping), name="simulator-autopilot", daemon=True)
    thread.start()
    simulator.closing.callback(thread.join, 2)
    simulator.closing.callback(stopping.set)


def _run(simulator: Simulator, pace: Pace, stopping: Event) -> None:
    while not stopping.wait(pace.look):
        tick(simulator, pace)


def tick(simulator: Simulator, pace: Pace) -> None:
    """Do everything that is due now. What a person was quicker with is left as it is."""
    simulator.settle()
    for act in [*_due_messages(simulator, pace), *_due_calls(simulator, pace)]:
        with suppress(RefusalError):
            act()


def _due_messages(simulator: Simulator, pace: Pace) -> Iterator[Act]:
    at = simulator.exchange.now()
    moves: dict[str, Callable[[str], None]] = {
        "accepted": simulator.send,
        "queued": simulator.send,
        "sent": simulator.deliver,
    }

    def is_due(message: Message) -> bool:
        return message.status in moves and message.date_updated + pace.step <= at

    for message in simulator.exchange.state.find_messages(is_due):
        yield partial(moves[message.status], message.sid)


def _due_calls(simulator: Simulator, pace: Pace) -> Iterator[Act]:
    at = simulator.exchange.now()
    for call in simulator.exchange.state.find_calls(lambda call: not call.is_over):
        if call.status == "queued" and call.date_updated + pace.step <= at:
            yield partial(simulator.ring, call.sid)
        if call.status == "ringing" and call.date_updated + timedelta(seconds=call.timeout) <= at:
            yield partial(simulator.no_answer, call.sid)
        if _is_silent_too_long(call, at):
            yield partial(simulator.wait, call.sid)


def _is_silent_too_long(call: Call, at: datetime) -> bool:
    """Whether the question's time-out is over, counted from when it would have been spoken and read."""
    if call.waiting is None or not isinstance(call.waiting.step, Gather | Record):
        return False
    step, patience = call.waiting.step, timedelta(seconds=READING_SECONDS)
    if isinstance(step, Record):
        return call.waiting.since + timedelta(seconds=step.max_length) + patience <= at
    letters = sum(len(prompt.text) for prompt in step.prompts if isinstance(prompt, Say))
    spoken = timedelta(seconds=letters / SPOKEN_LETTERS_PER_SECOND + step.timeout)
    return call.waiting.since + spoken + patience <= at
