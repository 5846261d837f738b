"""What Twilio's JSON looks like for each thing. Names and types: the OpenAPI of API version 2010-04-01."""

from datetime import datetime
from email.utils import format_datetime

from helpdesk.simulator.callbacks import API_VERSION, duration
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.segments import count_segments
from helpdesk.simulator.state import Call, Message, Recording

Json = dict[str, object]


def _date(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None


def _path(exchange: Exchange, rest: str) -> str:
    return f"/{API_VERSION}/Accounts/{exchange.account_sid}{rest}"


def message_json(exchange: Exchange, message: Message) -> Json:
    uri = _path(exchange, f"/Messages/{message.sid}")
    return {
        "account_sid": exchange.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _date(message.date_created),
        "date_sent": _date(message.date_sent),
        "date_updated": _date(message.date_updated),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_ or None,
        "messaging_service_sid": message.service_sid,
        "num_media": "0",
        "num_segments": str(count_segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def call_json(exchange: Exchange, call: Call) -> Json:
    uri = _path(exchange, f"/Calls/{call.sid}")
    return {
        "account_sid": exchange.account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": _date(call.date_created),
        "date_updated": _date(call.date_updated),
        "direction": call.direction,
        "duration": str(duration(call)) if call.is_over else None,
        "end_time": _date(call.end_time),
        "forwarded_from": None,
        "from": call.from_,
        "from_formatted": call.from_,
        "group_sid": None,
        "parent_call_sid": call.parent_sid or None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": _date(call.start_time),
        "status": call.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": call.to,
        "to_formatted": call.to,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def recording_json(exchange: Exchange, recording: Recording) -> Json:
    uri = _path(exchange, f"/Recordings/{recording.sid}")
    return {
        "account_sid": exchange.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": 1,
        "date_created": _date(recording.date_created),
        "date_updated": _date(recording.date_created),
        "duration": str(recording.duration),
        "error_code": None,
        "media_url": f"{exchange.api_url}{uri}",
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": "RecordVerb",
        "start_time": _date(recording.date_created),
        "status": recording.status,
        "uri": f"{uri}.json",
    }


def account_json(exchange: Exchange) -> Json:
    return {
        "auth_token": exchange.auth_token,
        "date_created": None,
        "date_updated": None,
        "friendly_name": "Simulator",
        "owner_account_sid": exchange.account_sid,
        "sid": exchange.account_sid,
        "status": "active",
        "subresource_uris": {},
        "type": "Full",
        "uri": f"/{API_VERSION}/Accounts/{exchange.account_sid}.json",
    }


def balance_json(exchange: Exchange) -> Json:
    return {"account_sid": exchange.account_sid, "balance": exchange.balance, "currency": "USD"}


def number_json(exchange: Exchange, phone: str) -> Json:
    """One of the account's own phone numbers; its SID is made of its digits."""
    sid = "PN" + phone.removeprefix("+").rjust(32, "0")
    return {
        "account_sid": exchange.account_sid,
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"sms": True, "mms": False, "voice": True, "fax": False},
        "friendly_name": phone,
        "origin": "twilio",
        "phone_number": phone,
        "sid": sid,
        "sms_method": "POST",
        "sms_url": exchange.sms_url,
        "status": "in-use",
        "status_callback": exchange.voice_status_url,
        "status_callback_method": "POST",
        "uri": _path(exchange, f"/IncomingPhoneNumbers/{sid}.json"),
        "voice_method": "POST",
        "voice_url": exchange.voice_url,
    }
