"""The life of a call: placed, ringing, answered, over; its events; fetching what to do next."""

from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import urljoin

from helpdesk.simulator.callbacks import Callback, call_event_params, call_params
from helpdesk.simulator.checks import Form, check_call
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Line, Script, new_sid
from helpdesk.simulator.twiml import TwimlError, interpret

MOST_FETCHES = 50


def create_call(exchange: Exchange, form: Form, events: Collection[str]) -> Call:
    """Take an order to call. Raises RefusalError."""
    check_call(form, events=events, numbers=exchange.numbers)
    at = exchange.now()
    call = Call(
        sid=new_sid("CA"),
        to=form["To"],
        from_=form["From"],
        status="queued",
        direction="outbound-api",
        date_created=at,
        date_updated=at,
        url=form.get("Url", ""),
        twiml=form.get("Twiml", ""),
        fallback_url=form.get("FallbackUrl", ""),
        status_callback=form.get("StatusCallback", ""),
        status_callback_events=tuple(events) or ("completed",),
        timeout=int(form.get("Timeout", "60")),
    )
    with exchange.state.lock:
        exchange.state.calls.put(call)
    return call


def get_call(exchange: Exchange, sid: str) -> Call:
    """The call itself, not a copy. Raises RefusalError 20404."""
    call = exchange.state.calls.get(sid)
    if call is None:
        raise RefusalError(20404, sid)
    return call


def children_of(exchange: Exchange, call: Call) -> list[Call]:
    """The calls that a <Dial> of this one has started, oldest first."""
    with exchange.state.lock:
        return [other for other in exchange.state.calls.all() if other.parent_sid == call.sid]


def write_line(exchange: Exchange, call: Call, kind: str, text: str = "") -> None:
    with exchange.state.lock:
        call.transcript.append(Line(kind, text, exchange.now()))


def move_call(exchange: Exchange, call: Call, status: str, allowed: Collection[str]) -> bool:
    """Set `status` if the present one is among `allowed`; False when somebody else was quicker."""
    with exchange.state.lock:
        if call.status not in allowed:
            return False
        call.status = status
        call.date_updated = exchange.now()
        _stamp(call, call.date_updated)
    return True


def _stamp(call: Call, at: datetime) -> None:
    if call.status == "in-progress":
        call.start_time = at
    if call.is_over:
        call.end_time = at
        call.waiting = None


def send_event(exchange: Exchange, call: Call, event: str) -> None:
    """Post the status callback if the program asked for this event."""
    with exchange.state.lock:
        params = call_event_params(call, event, account_sid=exchange.account_sid, at=exchange.now())
        call.sequence += 1
    if event in call.status_callback_events:
        exchange.courier.notify(Callback(call.status_callback, params))


def ring(exchange: Exchange, call: Call) -> None:
    """From queued to ringing, with the events initiated and ringing."""
    if move_call(exchange, call, "ringing", {"queued"}):
        send_event(exchange, call, "initiated")
        send_event(exchange, call, "ringing")


def mark_over(exchange: Exchange, call: Call, status: str) -> bool:
    """Set a final status; False when the call is over already."""
    ended = move_call(exchange, call, status, {"queued", "ringing", "in-progress"})
    if ended:
        write_line(exchange, call, "ended", status)
    return ended


def first_script(exchange: Exchange, call: Call) -> Script | None:
    """What the program wants to happen first in this call; None when it could not be had."""
    if call.twiml:
        return _read(exchange, call, call.twiml, call.url)
    if not call.url:
        return Script((), "")
    script = fetch_script(exchange, call, call.url, {})
    if script is None and call.fallback_url:
        return fetch_script(exchange, call, call.fallback_url, {})
    return script


def fetch_script(exchange: Exchange, call: Call, url: str, extra: Mapping[str, str]) -> Script | None:
    """Ask the program what to do next. None, with the reason noted, when it gives no usable answer."""
    if not _may_fetch(exchange, call):
        return None
    params = call_params(call, exchange.account_sid) | dict(extra)
    status, document = exchange.courier.fetch(url, params)
    if not 200 <= status < 300:
        write_line(exchange, call, "error", f"11200 {url}: {status}")
        return None
    return _read(exchange, call, document, url)


def _may_fetch(exchange: Exchange, call: Call) -> bool:
    call.fetches += 1
    if call.fetches <= MOST_FETCHES:
        return True
    exchange.note(11200, f"{call.sid}: {MOST_FETCHES} documents in a row without anybody doing anything")
    write_line(exchange, call, "error", "11200")
    return False


def _read(exchange: Exchange, call: Call, document: str, url: str) -> Script | None:
    try:
        return Script(interpret(document), url)
    except TwimlError as error:
        exchange.note(error.code, f"{error} ({url or 'Twiml'})")
        write_line(exchange, call, "error", f"{error.code} {error}")
        return None


def absolute(script: Script, url: str) -> str:
    """A URL of a document, relative to the document's own; the document's own when there is none."""
    return urljoin(script.url, url) if url else script.url
