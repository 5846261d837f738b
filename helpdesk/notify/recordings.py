"""The job that fetches callers' messages and deletes them at the provider. No transaction is open meanwhile."""

import logging

from flask_babel import force_locale
from flask_babel import gettext as _

from helpdesk.config import settings
from helpdesk.errors import BadUpload
from helpdesk.extensions import db
from helpdesk.hotline import recordings
from helpdesk.hotline.recordings import Errand
from helpdesk.models import HotlineCall
from helpdesk.models.codes import RecordingState
from helpdesk.notify import twilio_recordings as provider
from helpdesk.notify.parcel import DeliveryError
from helpdesk.phone import show_phone
from helpdesk.tickets.attachments import StoredFile, store_sound
from helpdesk.transaction import release, transaction

log = logging.getLogger(__name__)


def fetch_due() -> None:
    """Each by itself: one that cannot be had holds up no other."""
    for call_id in recordings.due():
        try:
            _run(call_id)
        except Exception:
            log.exception("the message of call %s could not be seen to; it is tried again", call_id)


def _run(call_id: int) -> None:
    with transaction():
        errand = recordings.claim(call_id)
    release()
    if errand is not None:
        ERRANDS[errand.state](errand)


def _fetch(errand: Errand) -> None:
    try:
        if not errand.sid:
            _find(errand)
            return
        stored = store_sound(provider.fetch(errand.sid))
    except (DeliveryError, BadUpload) as refused:
        log.warning("the message of call %s was not had: %s", errand.call_id, refused)
        _note_failure(errand, refused)
        return
    _keep(errand, stored)


def _find(errand: Errand) -> None:
    """The word about it was lost: the provider is asked what it has of the call."""
    found = provider.find(errand.call_sid)
    with transaction():
        if found is None:
            recordings.missed(errand, "")
        else:
            recordings.heard_of(db.session.get_one(HotlineCall, errand.call_id), *found)


def _keep(errand: Errand, stored: StoredFile) -> None:
    with transaction(), force_locale(settings().default_locale):
        seconds = db.session.get_one(HotlineCall, errand.call_id).recording_seconds or 0
        words = _("A message was left on the emergency line (%(seconds)s s).", seconds=seconds)
        recordings.keep(errand.call_id, stored, words)


def _note_failure(errand: Errand, refused: DeliveryError | BadUpload) -> None:
    is_gone = isinstance(refused, DeliveryError) and provider.is_gone(refused)
    with transaction(), force_locale(settings().default_locale):
        number = db.session.get_one(HotlineCall, errand.call_id).number
        words = _("The message left on the emergency line is lost. Call back: %(number)s", number=_shown(number))
        (recordings.missed if is_gone else recordings.failed)(errand, words)


def _shown(number: str) -> str:
    return show_phone(number) if number else _("the number is hidden")


def _delete(errand: Errand) -> None:
    try:
        provider.delete(errand.sid)
    except DeliveryError as refused:
        log.warning("the message of call %s was not deleted at the provider: %s", errand.call_id, refused)
        return
    with transaction():
        recordings.is_gone_there(errand.call_id)


def _nothing(errand: Errand) -> None:
    """A state in which nothing is due."""
    log.error("call %s: nothing to do for a message that is %s", errand.call_id, errand.state)


ERRANDS = {
    RecordingState.AWAITED: _fetch,
    RecordingState.STORED: _delete,
    RecordingState.NONE: _nothing,
    RecordingState.LOST: _nothing,
}
