"""The HTTP look-alike of Twilio's REST API, version 2010-04-01: what the twilio SDK talks to."""

import hmac
from collections.abc import Callable

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from helpdesk.simulator import calls, conversation, messages, recording, resources
from helpdesk.simulator.checks import check_instructions
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.faults import PORTAL, Faults, OnRequest, UnreadableError
from helpdesk.simulator.paging import Listing, page, within
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Message, snapshot

PREFIX = "/2010-04-01"
Answer = tuple[Response, int]
REQUESTED_ENDS = frozenset({"canceled", "completed"})


def twilio_api(exchange: Exchange, *, faults: Faults, on_request: list[OnRequest]) -> Blueprint:
    """The API for one account; `on_request` hooks see (method, url, form) and give back complaints."""
    api = Blueprint("twilio_api", __name__, url_prefix=PREFIX)
    _guard(api, exchange, faults=faults, on_request=on_request)
    for register in (_add_messages, _add_calls, _add_recordings, _add_account):
        register(api, exchange)
    return api


def _guard(api: Blueprint, exchange: Exchange, *, faults: Faults, on_request: list[OnRequest]) -> None:
    @api.url_value_preprocessor
    def pull_account(_endpoint: str | None, values: dict[str, str] | None) -> None:
        g.account = (values or {}).pop("account", "")

    @api.before_request
    def authenticate() -> None:
        given = request.authorization
        user, password = (given.username or "", given.password or "") if given else ("", "")
        proven = hmac.compare_digest(password.encode(), exchange.auth_token.encode())
        if not proven or user != exchange.account_sid or g.account != exchange.account_sid:
            raise RefusalError(20003)

    @api.before_request
    def check_and_strike() -> None:
        url = f"{request.base_url}?{request.query_string.decode()}"
        for hook in on_request:
            for complaint in hook(request.method, url, request.form):
                exchange.note(0, complaint)
        g.fault = faults.take(request.method, request.path)
        faults.strike(g.fault, "before")

    @api.after_request
    def strike_after(response: Response) -> Response:
        try:
            faults.strike(g.pop("fault", None), "after")
        except RefusalError as error:
            return _refused(error)
        except UnreadableError:
            return Response(PORTAL)
        return response

    api.register_error_handler(RefusalError, _refused)


def answer_unknown(error: HTTPException) -> HTTPException | Response:
    """Twilio's JSON for paths and methods below /2010-04-01 that the look-alike does not have."""
    if not request.path.startswith(PREFIX):
        return error
    return _refused(RefusalError(20004 if error.code == 405 else 20404, request.path))


def _refused(error: RefusalError) -> Response:
    response = jsonify(error.as_json())
    response.status_code = error.status
    return response


def _add_messages(api: Blueprint, exchange: Exchange) -> None:
    def create() -> Answer:
        return _message(exchange, messages.create_message(exchange, request.form), 201)

    def listed() -> Answer:
        found = exchange.state.find_messages(_wanted_message)[::-1]
        pairs = [(item.sid, resources.message_json(exchange, item)) for item in found]
        return jsonify(page(pairs, request.args, Listing("messages", request.path))), 200

    def fetch(sid: str) -> Answer:
        return _message(exchange, messages.find_message(exchange, sid), 200)

    def update(sid: str) -> Answer:
        if request.form.get("Status"):
            raise RefusalError(30409)
        if request.form.get("Body", "-"):
            raise RefusalError(20001, "Body can only be emptied")
        return _message(exchange, messages.redact_message(exchange, sid), 200)

    def delete(sid: str) -> tuple[str, int]:
        messages.delete_message(exchange, sid)
        return "", 204

    _route(api, "Messages.json", POST=create, GET=listed)
    _route(api, "Messages/<sid>.json", GET=fetch, POST=update, DELETE=delete)


def _message(exchange: Exchange, message: Message, status: int) -> Answer:
    return jsonify(resources.message_json(exchange, message)), status


def _wanted_message(message: Message) -> bool:
    query = request.args
    return (
        query.get("To", message.to) == message.to
        and query.get("From", message.from_) == message.from_
        and within(message.date_sent, query, "DateSent")
    )


def _add_calls(api: Blueprint, exchange: Exchange) -> None:
    def create() -> Answer:
        events = request.form.getlist("StatusCallbackEvent")
        return _call(exchange, calls.create_call(exchange, request.form, events), 201)

    def listed() -> Answer:
        found = exchange.state.find_calls(_wanted_call)[::-1]
        pairs = [(item.sid, resources.call_json(exchange, item)) for item in found]
        return jsonify(page(pairs, request.args, Listing("calls", request.path))), 200

    def fetch(sid: str) -> Answer:
        return _call(exchange, calls.get_call(exchange, sid), 200)

    def update(sid: str) -> Answer:
        _update_call(exchange, sid)
        return _call(exchange, calls.get_call(exchange, sid), 200)

    _route(api, "Calls.json", POST=create, GET=listed)
    _route(api, "Calls/<sid>.json", GET=fetch, POST=update)


def _update_call(exchange: Exchange, sid: str) -> None:
    status = request.form.get("Status", "")
    if status and status not in REQUESTED_ENDS:
        raise RefusalError(20001, f"Status={status}")
    if status:
        conversation.end_by_request(exchange, sid, status)
        return
    check_instructions(request.form)
    url, twiml = request.form.get("Url", ""), request.form.get("Twiml", "")
    conversation.redirect_by_request(exchange, sid, url=url, twiml=twiml)


def _call(exchange: Exchange, call: Call, status: int) -> Answer:
    with exchange.state.lock:
        return jsonify(resources.call_json(exchange, snapshot(call))), status


def _wanted_call(call: Call) -> bool:
    query = request.args
    return (
        query.get("To", call.to) == call.to
        and query.get("From", call.from_) == call.from_
        and query.get("Status", call.status) == call.status
        and query.get("ParentCallSid", call.parent_sid) == call.parent_sid
        and within(call.start_time, query, "StartTime")
    )


def _add_recordings(api: Blueprint, exchange: Exchange) -> None:
    def listed() -> Answer:
        wanted = request.args.get("CallSid", "")
        kept = [item for item in exchange.state.recordings.all()[::-1] if wanted in ("", item.call_sid)]
        pairs = [(item.sid, resources.recording_json(exchange, item)) for item in kept]
        return jsonify(page(pairs, request.args, Listing("recordings", request.path))), 200

    def fetch(sid: str) -> Answer:
        found = recording.get_recording(exchange, sid)
        return jsonify(resources.recording_json(exchange, found)), 200

    def media(sid: str, extension: str = "wav") -> Response:
        data, content_type = recording.sound(recording.get_recording(exchange, sid), extension)
        return Response(data, content_type=content_type)

    def delete(sid: str) -> tuple[str, int]:
        exchange.state.recordings.drop(recording.get_recording(exchange, sid).sid)
        return "", 204

    _route(api, "Recordings.json", GET=listed)
    _route(api, "Recordings/<sid>.json", GET=fetch, DELETE=delete)
    _route(api, "Recordings/<sid>.<any(wav,mp3):extension>", GET=media)
    _route(api, "Recordings/<sid>", GET=media)


def _add_account(api: Blueprint, exchange: Exchange) -> None:
    def account_itself() -> Answer:
        return jsonify(resources.account_json(exchange)), 200

    def balance() -> Answer:
        return jsonify(resources.balance_json(exchange)), 200

    def numbers() -> Answer:
        wanted = request.args.get("PhoneNumber", "")
        found = [resources.number_json(exchange, phone) for phone in exchange.numbers if wanted in phone]
        pairs = [(str(number["sid"]), number) for number in found]
        return jsonify(page(pairs, request.args, Listing("incoming_phone_numbers", request.path))), 200

    api.add_url_rule("/Accounts/<account>.json", "account", account_itself)
    _route(api, "Balance.json", GET=balance)
    _route(api, "IncomingPhoneNumbers.json", GET=numbers)


def _route(api: Blueprint, path: str, **views: Callable[..., object]) -> None:
    for method, view in views.items():
        endpoint = f"{method}-{path}".replace(".", "_")
        api.add_url_rule(f"/Accounts/<account>/{path}", endpoint, view, methods=[method])  # type: ignore[arg-type]
