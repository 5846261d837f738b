"""The life of a text message: asked for, sent, delivered or not; and the texts that people write to us."""

import copy
from collections.abc import Sequence

from helpdesk.simulator.callbacks import Callback, inbound_params, message_params
from helpdesk.simulator.checks import Form, check_message
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import FINAL_MESSAGE_STATUSES, Message, new_sid
from helpdesk.simulator.twiml import TwimlError, interpret_reply

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe."
)
SENT_STATUSES = frozenset({"sent", "delivered", "undelivered"})


def create_message(exchange: Exchange, form: Form) -> Message:
    """Take an order to send. Raises RefusalError."""
    with exchange.state.lock:
        check_message(form, numbers=exchange.numbers, opted_out=exchange.state.opted_out)
        service, at = form.get("MessagingServiceSid", ""), exchange.now()
        message = Message(
            sid=new_sid("SM"),
            to=form["To"],
            from_=form.get("From", "") or ("" if service else exchange.numbers[0]),
            body=form.get("Body", ""),
            status="accepted" if service else "queued",
            direction="outbound-api",
            date_created=at,
            date_updated=at,
            service_sid=service or None,
            status_callback=form.get("StatusCallback", ""),
            validity_period=int(form.get("ValidityPeriod", "36000")),
        )
        exchange.state.messages.put(message)
        return copy.copy(message)


def find_message(exchange: Exchange, sid: str) -> Message:
    """A copy. Raises RefusalError 20404."""
    with exchange.state.lock:
        return copy.copy(_get(exchange, sid))


def _get(exchange: Exchange, sid: str) -> Message:
    message = exchange.state.messages.get(sid)
    if message is None:
        raise RefusalError(20404, sid)
    return message


def move_message(exchange: Exchange, sid: str, statuses: Sequence[str], error_code: int | None = None) -> None:
    """Take an outgoing message through `statuses`, with a callback for each; a final status stays."""
    for status in statuses:
        callback = _move(exchange, sid, status, error_code)
        if callback:
            exchange.courier.notify(callback)


def _move(exchange: Exchange, sid: str, status: str, error_code: int | None) -> Callback | None:
    with exchange.state.lock:
        message = _get(exchange, sid)
        if message.status in FINAL_MESSAGE_STATUSES or message.status == status:
            return None
        message.status = status
        message.date_updated = exchange.now()
        message.from_ = message.from_ or exchange.numbers[0]
        if status in SENT_STATUSES and message.date_sent is None:
            message.date_sent = message.date_updated
        message.error_code = error_code if status in {"failed", "undelivered"} else None
        return Callback(message.status_callback, message_params(message, exchange.account_sid))


def redact_message(exchange: Exchange, sid: str) -> Message:
    """Take the text away from a finished message. Raises RefusalError."""
    with exchange.state.lock:
        message = _finished(exchange, sid)
        message.body = ""
        message.date_updated = exchange.now()
        return copy.copy(message)


def delete_message(exchange: Exchange, sid: str) -> None:
    """Raises RefusalError 20404, or 20009 while the message is under way."""
    with exchange.state.lock:
        exchange.state.messages.drop(_finished(exchange, sid).sid)


def _finished(exchange: Exchange, sid: str) -> Message:
    message = _get(exchange, sid)
    if message.status not in FINAL_MESSAGE_STATUSES:
        raise RefusalError(20009, message.status)
    return message


def receive_sms(exchange: Exchange, *, from_: str, body: str, to: str) -> str:
    """A person texts one of our numbers; the texts of the program's reply come back, joined by newlines.

    The opt-out words work as on a long code without Advanced Opt-Out: Twilio confirms by itself, the program
    is told as of any text, and its reply to somebody who has opted out goes nowhere.
    """
    at = exchange.now()
    message = Message(new_sid("SM"), to, from_, body, "received", "inbound", at, at, date_sent=at)
    with exchange.state.lock:
        exchange.state.messages.put(message)
    confirmation = _mind_opt_out(exchange, from_, body)
    if confirmation:
        _store_reply(exchange, message, confirmation)
    status, document = exchange.courier.fetch(exchange.sms_url, inbound_params(message, exchange.account_sid))
    texts = _read_reply(exchange, document) if 200 <= status < 300 else ()
    if from_ in exchange.state.opted_out:
        return ""
    for text in texts:
        _store_reply(exchange, message, text)
    return "\n".join(texts)


def _mind_opt_out(exchange: Exchange, phone: str, body: str) -> str:
    word, opted_out = body.strip().upper(), exchange.state.opted_out
    with exchange.state.lock:
        if word in STOP_WORDS and phone not in opted_out:
            opted_out.add(phone)
            return STOPPED
        if word in START_WORDS and phone in opted_out:
            opted_out.remove(phone)
            return STARTED
    return ""


def _read_reply(exchange: Exchange, document: str) -> tuple[str, ...]:
    try:
        return interpret_reply(document)
    except TwimlError as error:
        exchange.note(error.code, str(error))
        return ()


def _store_reply(exchange: Exchange, message: Message, body: str) -> None:
    at = exchange.now()
    reply = Message(
        new_sid("SM"), message.from_, message.to, body, "delivered", "outbound-reply", at, at, date_sent=at
    )
    with exchange.state.lock:
        exchange.state.messages.put(reply)
