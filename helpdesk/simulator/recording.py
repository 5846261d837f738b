"""<Record>: a message that a caller leaves, the callbacks about it, and its sound (silence)."""

import io
import wave

from helpdesk.simulator.callbacks import API_VERSION, Callback
from helpdesk.simulator.calls import absolute, fetch_script, write_line
from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.refusals import RefusalError
from helpdesk.simulator.state import Call, Recording, Script, Waiting, new_sid
from helpdesk.simulator.steps import Record

RATE = 8000
MP3_FRAME = bytes.fromhex("fffb9064") + bytes(413)
MP3_FRAMES_PER_SECOND = 38


def start_record(exchange: Exchange, call: Call, step: Record, rest: Script) -> None:
    """Beep, and wait for the caller's words."""
    call.waiting = Waiting(step, rest, exchange.now())
    write_line(exchange, call, "record")


def finish_record(exchange: Exchange, call: Call, *, seconds: int, digits: str) -> Script | None:
    """Store what was said and ask the action what is next; the recording is ready only after that."""
    waiting = call.waiting
    assert waiting is not None
    assert isinstance(waiting.step, Record)
    call.waiting = None
    recording = Recording(
        new_sid("RE"), call.sid, min(seconds, waiting.step.max_length), exchange.now(), "processing"
    )
    with exchange.state.lock:
        exchange.state.recordings.put(recording)
    write_line(exchange, call, "recorded", str(recording.duration))
    params = _params(exchange, recording) | {"Digits": digits}
    script = fetch_script(exchange, call, absolute(waiting.rest, waiting.step.action), params)
    recording.status = "completed"
    if waiting.step.status_callback and "completed" in waiting.step.status_callback_events:
        url = absolute(waiting.rest, waiting.step.status_callback)
        exchange.courier.notify(Callback(url, _status_params(exchange, recording)))
    return script


def recording_path(exchange: Exchange, sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{exchange.account_sid}/Recordings/{sid}"


def _params(exchange: Exchange, recording: Recording) -> dict[str, str]:
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": exchange.api_url + recording_path(exchange, recording.sid),
        "RecordingDuration": str(recording.duration),
    }


def _status_params(exchange: Exchange, recording: Recording) -> dict[str, str]:
    return _params(exchange, recording) | {
        "AccountSid": exchange.account_sid,
        "CallSid": recording.call_sid,
        "RecordingStatus": recording.status,
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
    }


def get_recording(exchange: Exchange, sid: str) -> Recording:
    """Raises RefusalError 20404."""
    recording = exchange.state.recordings.get(sid)
    if recording is None:
        raise RefusalError(20404, sid)
    return recording


def sound(recording: Recording, extension: str) -> tuple[bytes, str]:
    """Silence of the recording's length, and its content type. Raises RefusalError until it is ready."""
    if recording.status != "completed":
        raise RefusalError(20404, recording.sid)
    if extension == "mp3":
        return MP3_FRAME * MP3_FRAMES_PER_SECOND * recording.duration, "audio/mpeg"
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(bytes(2 * RATE * recording.duration))
    return buffer.getvalue(), "audio/x-wav"
