"""Messages that callers left, at Twilio: found, fetched with our credentials, deleted. All raise DeliveryError."""

import requests

from helpdesk.config import settings
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.notify.twilio import CONNECT_SECONDS, asking, client

MOST_BYTES = 10 * 1024 * 1024  # two minutes are a fifth of it
GONE = ("20404", "404")


def find(call_sid: str) -> tuple[str, int] | None:
    """Name and seconds of the newest message of a call; None without any."""
    with asking():
        found = client().recordings.list(call_sid=call_sid, limit=1)
    return (str(found[0].sid), int(found[0].duration or 0)) if found else None


def fetch(sid: str) -> bytes:
    """The sound (MP3). The address is made here: one that came in a webhook is not followed."""
    house = settings()
    url = f"{house.twilio_api_url}/2010-04-01/Accounts/{house.twilio_account_sid}/Recordings/{sid}.mp3"
    patience = (CONNECT_SECONDS, house.twilio_timeout_seconds)
    who = (house.twilio_account_sid, house.twilio_auth_token)
    with asking(), requests.get(url, auth=who, timeout=patience, stream=True) as answer:
        if answer.status_code != 200:
            code = str(answer.status_code)
            raise DeliveryError(Decision.UNKNOWN, code, f"the recording was refused with {code}")
        return _read(answer)


def delete(sid: str) -> None:
    """One that is not there any more is deleted."""
    try:
        with asking():
            client().recordings(sid).delete()
    except DeliveryError as refused:
        if not is_gone(refused):
            raise


def is_gone(refused: DeliveryError) -> bool:
    return refused.code in GONE


def _read(answer: requests.Response) -> bytes:
    data = b""
    for piece in answer.iter_content(64 * 1024):
        data += piece
        if len(data) > MOST_BYTES:
            raise DeliveryError(Decision.UNKNOWN, "too_large", "the recording is too large")
    return data
