"""What happens in a call once it is answered: the document's verbs, keys, silence, hanging up."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from helpdesk.simulator.calls import (
    absolute,
    children_of,
    fetch_script,
    first_script,
    get_call,
    mark_over,
    move_call,
    ring,
    send_event,
    write_line,
)
from helpdesk.simulator.dialling import bridge, cancel, is_dial_done, leave_dial, start_dial
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.recording import finish_record, start_record
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Script, Waiting, new_sid
from helpdesk.simulator.steps import (
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)

REJECTED = {"rejected": "no-answer", "busy": "busy"}


def run(exchange: Exchange, call: Call, script: Script | None) -> None:
    """Carry out verbs until the call waits for somebody or ends; None is a document that could not be had."""
    if script is None:
        end_call(exchange, call)
    while script is not None and not call.is_over:
        script = _step(exchange, call, script)


def _step(exchange: Exchange, call: Call, script: Script) -> Script | None:
    """The script that is left, or None when the call waits or has ended."""
    if not script.steps:
        _end_of_document(exchange, call)
        return None
    step, rest = script.steps[0], Script(script.steps[1:], script.url)
    if call.direction == "inbound" and not isinstance(step, Reject):
        move_call(exchange, call, "in-progress", {"ringing"})
    return HANDLERS[type(step)](exchange, call, step, rest)


def _end_of_document(exchange: Exchange, call: Call) -> None:
    parent = exchange.state.calls.get(call.parent_sid)
    if parent is None or parent.is_over or parent.bridged_to:
        end_call(exchange, call)
        return
    cancel(exchange, bridge(exchange, call, parent))


def _say(exchange: Exchange, call: Call, step: Say, rest: Script) -> Script:
    write_line(exchange, call, "say", step.text)
    return rest


def _play(exchange: Exchange, call: Call, step: Play, rest: Script) -> Script:
    write_line(exchange, call, "play", step.url or step.digits)
    return rest


def _pause(_exchange: Exchange, _call: Call, _step: Pause, rest: Script) -> Script:
    return rest


def _gather(exchange: Exchange, call: Call, step: Gather, rest: Script) -> None:
    for prompt in step.prompts:
        HANDLERS[type(prompt)](exchange, call, prompt, rest)
    call.digits = ""
    call.waiting = Waiting(step, rest, exchange.now())


def _redirect(exchange: Exchange, call: Call, step: Redirect, rest: Script) -> Script | None:
    return _or_end(exchange, call, fetch_script(exchange, call, absolute(rest, step.url), {}))


def _or_end(exchange: Exchange, call: Call, script: Script | None) -> Script | None:
    if script is None:
        end_call(exchange, call)
    return script


def _hangup(exchange: Exchange, call: Call, _step: Hangup, _rest: Script) -> None:
    end_call(exchange, call)


def _reject(exchange: Exchange, call: Call, step: Reject, _rest: Script) -> None:
    end_call(exchange, call, REJECTED[step.reason])


def _dial(exchange: Exchange, call: Call, step: Dial, rest: Script) -> Script | None:
    start_dial(exchange, call, step, rest)
    children = children_of(exchange, call)
    if is_dial_done(exchange, call, children[-1]):
        return _or_end(exchange, call, leave_dial(exchange, call, children[-1]))
    return None


def _record(exchange: Exchange, call: Call, step: Record, rest: Script) -> None:
    start_record(exchange, call, step, rest)


HANDLERS: Mapping[type, Callable[[Exchange, Call, Any, Script], Script | None]] = {
    Say: _say,
    Play: _play,
    Pause: _pause,
    Gather: _gather,
    Redirect: _redirect,
    Hangup: _hangup,
    Reject: _reject,
    Dial: _dial,
    Record: _record,
}


def call_in(exchange: Exchange, *, from_: str, to: str) -> Call:
    """A person calls one of our numbers; the call as it stands when the program waits for the caller."""
    at = exchange.now()
    call = Call(
        sid=new_sid("CA"),
        to=to,
        from_=from_,
        status="ringing",
        direction="inbound",
        date_created=at,
        date_updated=at,
        url=exchange.voice_url,
        status_callback=exchange.voice_status_url,
    )
    with exchange.state.lock:
        exchange.state.calls.put(call)
    run(exchange, call, first_script(exchange, call))
    return call


def answer(exchange: Exchange, sid: str) -> None:
    """The called person picks up."""
    call = get_call(exchange, sid)
    ring(exchange, call)
    if call.direction == "inbound" or not move_call(exchange, call, "in-progress", {"ringing"}):
        return
    write_line(exchange, call, "answered")
    send_event(exchange, call, "answered")
    run(exchange, call, first_script(exchange, call))


def press(exchange: Exchange, sid: str, keys: str) -> None:
    """The person presses keys, one after another, in what the call is asking now."""
    call = get_call(exchange, sid)
    for key in keys:
        if not call.is_over:
            write_line(exchange, call, "digits", key)
            _press_one(exchange, call, key)


def _press_one(exchange: Exchange, call: Call, key: str) -> None:
    with exchange.state.lock:
        step = call.waiting.step if call.waiting else None
        enough = isinstance(step, Gather) and _collect(call, step, key)
    if isinstance(step, Record) and key in step.finish_on_key:
        record(exchange, call.sid, seconds=1, key=key)
    if enough:
        time_out(exchange, call.sid)


def _collect(call: Call, step: Gather, key: str) -> bool:
    """Whether the key completes the entry."""
    if key == step.finish_on_key:
        return True
    call.digits += key
    return len(call.digits) == step.num_digits


def time_out(exchange: Exchange, sid: str) -> None:
    """Nothing (more) is pressed, said or answered: what the call waits for comes to its end."""
    call = get_call(exchange, sid)
    with exchange.state.lock:
        waiting, call.waiting = call.waiting, None
        call.fetches = 0
    if waiting is None:
        return
    if isinstance(waiting.step, Dial):
        call.waiting = waiting
        for child in children_of(exchange, call):
            if child.status == "ringing":
                end_call(exchange, child, "no-answer")
        return
    if isinstance(waiting.step, Gather) and (call.digits or waiting.step.action_on_empty):
        digits, call.digits = call.digits, ""
        url = absolute(waiting.rest, waiting.step.action)
        run(exchange, call, fetch_script(exchange, call, url, {"Digits": digits}))
        return
    run(exchange, call, waiting.rest)


def record(exchange: Exchange, sid: str, *, seconds: int, key: str = "") -> None:
    """The caller speaks for some seconds after the beep and presses a key or falls silent."""
    call = get_call(exchange, sid)
    if call.waiting is None or not isinstance(call.waiting.step, Record):
        raise RefusalError(21220, "nothing is being recorded")
    run(exchange, call, finish_record(exchange, call, seconds=seconds, digits=key))


def end_call(exchange: Exchange, call: Call, status: str = "completed") -> None:
    """The call is over, with everything that follows from it for the program and for connected calls."""
    waiting = call.waiting
    if mark_over(exchange, call, status):
        _settle_end(exchange, call, waiting)


def _settle_end(exchange: Exchange, call: Call, waiting: Waiting | None) -> None:
    if waiting and isinstance(waiting.step, Record):
        call.waiting = waiting
        finish_record(exchange, call, seconds=1, digits="hangup")
    send_event(exchange, call, "completed")
    cancel(exchange, [child for child in children_of(exchange, call) if not child.is_over])
    parent = exchange.state.calls.get(call.parent_sid)
    if parent is not None and is_dial_done(exchange, parent, call):
        run(exchange, parent, leave_dial(exchange, parent, call))


def end_by_request(exchange: Exchange, sid: str, status: str) -> None:
    """The program ends a call over the API: the status at once, what follows from it deferred.

    Canceling does nothing to a call in progress. Raises RefusalError 20404, or 21220 when it is over.
    """
    call = get_call(exchange, sid)
    if call.is_over:
        raise RefusalError(21220, call.status)
    if status == "canceled" and call.status == "in-progress":
        return
    waiting = call.waiting
    if mark_over(exchange, call, status):
        exchange.deferred.append(partial(_settle_end, exchange, call, waiting))


def redirect_by_request(exchange: Exchange, sid: str, *, url: str, twiml: str) -> None:
    """The program gives a call in progress other instructions. Raises RefusalError 20404, 21220."""
    call = get_call(exchange, sid)
    if call.status != "in-progress":
        raise RefusalError(21220, call.status)
    with exchange.state.lock:
        call.waiting, call.url, call.twiml = None, url or call.url, twiml
    exchange.deferred.append(lambda: run(exchange, call, first_script(exchange, call)))
