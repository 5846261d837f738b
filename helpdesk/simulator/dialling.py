"""<Dial>: ringing other people for a caller, screening, connecting, and what the caller hears afterwards."""

from helpdesk.simulator.callbacks import duration
from helpdesk.simulator.calls import (
    absolute,
    children_of,
    fetch_script,
    mark_over,
    ring,
    send_event,
    write_line,
)
from helpdesk.simulator.checks import PHONE
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.state import Call, Script, Waiting, new_sid
from helpdesk.simulator.steps import Dial, Number


def start_dial(exchange: Exchange, call: Call, step: Dial, rest: Script) -> None:
    """Ring everybody at once, and wait."""
    caller_id = step.caller_id or call.from_
    if caller_id not in {*exchange.numbers, call.from_, call.to}:
        exchange.note(13214, f"<Dial callerId={caller_id!r}> is neither ours nor the caller's")
    call.bridged_to = ""
    call.waiting = Waiting(step, rest, exchange.now())
    children = [_child(exchange, call, number, caller_id=caller_id) for number in step.numbers]
    for child in children:
        write_line(exchange, call, "dial", child.to)
        ring(exchange, child)


def _child(exchange: Exchange, call: Call, number: Number, *, caller_id: str) -> Call:
    at, waiting = exchange.now(), call.waiting
    assert waiting is not None
    assert isinstance(waiting.step, Dial)
    child = Call(
        sid=new_sid("CA"),
        to=number.phone,
        from_=caller_id,
        status="queued" if PHONE.fullmatch(number.phone) else "failed",
        direction="outbound-dial",
        date_created=at,
        date_updated=at,
        url=absolute(waiting.rest, number.url) if number.url else "",
        status_callback=absolute(waiting.rest, number.status_callback) if number.status_callback else "",
        status_callback_events=number.status_callback_events,
        timeout=waiting.step.timeout,
        parent_sid=call.sid,
    )
    with exchange.state.lock:
        exchange.state.calls.put(child)
    if child.is_over:
        exchange.note(13224, f"<Dial> cannot call {number.phone!r}")
    return child


def bridge(exchange: Exchange, child: Call, parent: Call) -> list[Call]:
    """Connect the two; gives back the other ringing calls, which are now moot (the caller ends them)."""
    with exchange.state.lock:
        parent.bridged_to = child.sid
    write_line(exchange, parent, "bridged", child.to)
    write_line(exchange, child, "bridged", parent.from_)
    return [other for other in children_of(exchange, parent) if other is not child and not other.is_over]


def is_dial_done(exchange: Exchange, parent: Call, child: Call) -> bool:
    """Whether the end of `child` ends the <Dial>."""
    if parent.is_over or parent.waiting is None or not isinstance(parent.waiting.step, Dial):
        return False
    if parent.bridged_to:
        return parent.bridged_to == child.sid
    return all(other.is_over for other in children_of(exchange, parent))


def leave_dial(exchange: Exchange, parent: Call, child: Call) -> Script | None:
    """What the caller gets after the <Dial>: the action's document or the verbs that follow.

    An answered call that was hung up before it was connected (screening refused, a voicemail) is reported
    as no-answer with DialBridged=false; that this is what Twilio says could not be confirmed.
    """
    waiting, bridged = parent.waiting, parent.bridged_to == child.sid
    assert waiting is not None
    assert isinstance(waiting.step, Dial)
    parent.waiting = None
    if not waiting.step.action:
        return waiting.rest
    params = {
        "DialCallStatus": "no-answer" if child.status == "completed" and not bridged else child.status,
        "DialCallSid": child.sid,
        "DialBridged": str(bridged).lower(),
        "DialCallDuration": str(duration(child)),
    }
    return fetch_script(exchange, parent, absolute(waiting.rest, waiting.step.action), params)


def cancel(exchange: Exchange, calls: list[Call]) -> None:
    """End calls that nobody needs any more."""
    for call in calls:
        if mark_over(exchange, call, "completed" if call.status == "in-progress" else "canceled"):
            send_event(exchange, call, "completed")
