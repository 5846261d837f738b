"""Files of tickets: checked by content, cleaned, stored outside the web root before their row is written.

A file without a row is harmless; `sweep_orphans` removes it later. A row without a file cannot come about.
"""

import hashlib
import logging
import os
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import BadUpload, NotFound
from helpdesk.extensions import db
from helpdesk.models import Attachment, InboundMail, Message, Ticket
from helpdesk.models.codes import EventKind, MessageKind
from helpdesk.tickets.actor import Actor
from helpdesk.tickets.pictures import clean_picture
from helpdesk.tickets.timeline import record

log = logging.getLogger(__name__)
MAX_UPLOADS = 5
PDF = "application/pdf"
EXTENSIONS = {PDF: ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
RASTER_TYPES = frozenset(EXTENSIONS) - {PDF}
MAIL = ".eml"
SOUNDS = {"audio/mpeg": ".mp3", "audio/wav": ".wav"}
_LONGEST_NAME = 100


@dataclass(frozen=True)
class StoredFile:
    """A checked file on disk that no ticket has yet. `size` in bytes, `sha256` in hex, both of what is stored."""

    name: str
    content_type: str
    size: int
    sha256: str
    stored_as: str


def store_upload(name: str, data: bytes) -> StoredFile:
    """Check a file by its content, take hidden data (GPS) out of pictures, write it whole or not at all.

    Raises:
        BadUpload: "empty", "too_large" (bytes or pixels), "wrong_type", or "not_stored" (the disk takes no more).
    """
    if not data:
        raise BadUpload("empty")
    if len(data) > settings().upload_limit_mb * 1024 * 1024:
        raise BadUpload("too_large")
    content_type, cleaned = (PDF, data) if data.startswith(b"%PDF-") else clean_picture(data)
    stored_as = _new_place(EXTENSIONS[content_type])
    _write(settings().uploads / stored_as, cleaned)
    return StoredFile(
        name=safe_name(name, EXTENSIONS[content_type]),
        content_type=content_type,
        size=len(cleaned),
        sha256=hashlib.sha256(cleaned).hexdigest(),
        stored_as=stored_as,
    )


def store_sound(data: bytes) -> StoredFile:
    """A message that was left in a call, told by its content: MP3 or WAV.

    Raises:
        BadUpload: "wrong_type", or "not_stored" (the disk takes no more).
    """
    content_type = _kind_of_sound(data)
    stored_as = _new_place(SOUNDS[content_type])
    _write(settings().uploads / stored_as, data)
    digest = hashlib.sha256(data).hexdigest()
    return StoredFile(safe_name("nagranie", SOUNDS[content_type]), content_type, len(data), digest, stored_as)


def store_mail(raw: bytes) -> str:
    """Keep a mail as it came; where it is, for `mail_file`.

    Raises:
        BadUpload: "not_stored" (the disk takes no more).
    """
    place = _new_place(MAIL)
    _write(settings().uploads / place, raw)
    return place


def mail_file(mail: InboundMail) -> Path:
    """Where the bytes are.

    Raises:
        NotFound: the file is gone from the disk.
    """
    return _there(mail.stored_as)


def _kind_of_sound(data: bytes) -> str:
    if data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    raise BadUpload("wrong_type")


def attach(
    ticket: Ticket, uploads: Sequence[StoredFile], by: Actor, message: Message | None = None
) -> list[Attachment]:
    """Give stored files to a ticket, or to one of its messages; those of an internal note stay internal.

    Raises:
        BadUpload: "too_many".
    """
    if len(uploads) > MAX_UPLOADS:
        raise BadUpload("too_many")
    rows = [_row(ticket, _own(stored), message) for stored in uploads]
    if rows:
        db.session.add_all(rows)
        event = record(ticket, EventKind.ATTACHED, by, name=", ".join(row.name for row in rows))
        event.is_public = message is None or message.kind is MessageKind.PUBLIC
    return rows


def open_file(attachment: Attachment) -> Path:
    """Where the bytes are.

    Raises:
        NotFound: the file is gone from the disk.
    """
    return _there(attachment.stored_as)


def _there(stored_as: str) -> Path:
    path = settings().uploads / stored_as
    if not path.is_file():
        raise NotFound("not_found")
    return path


def public_attachments(ticket: Ticket) -> list[Attachment]:
    """What the reporter may see: all but the files of internal notes."""
    internal = {message.id for message in ticket.messages if message.kind is MessageKind.INTERNAL}
    return [attachment for attachment in ticket.attachments if attachment.message_id not in internal]


def safe_name(name: str, extension: str) -> str:
    """The last part of the name without control and direction characters, ending in `extension`."""
    last = PurePosixPath(name.replace("\\", "/")).name
    readable = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    stem = PurePosixPath(readable.strip(" .")).stem.strip(" .")[: _LONGEST_NAME - len(extension)]
    return (stem or "plik") + extension


def sweep_orphans(older_than: timedelta = timedelta(days=3)) -> int:
    """Remove stored files that no ticket took; how many. Younger ones may belong to a form being filled in."""
    limit = (clock.now() - older_than).timestamp()
    old = [path for path in _stored_files() if path.stat().st_mtime < limit]
    orphans = [path for path in old if not _is_taken(_place_of(path))]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _row(ticket: Ticket, stored: StoredFile, message: Message | None) -> Attachment:
    return Attachment(
        ticket=ticket,
        message_id=message.id if message else None,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        stored_as=stored.stored_as,
    )


def _own(stored: StoredFile) -> StoredFile:
    """The file itself, or a copy if another ticket has it: a form may be sent again after a change."""
    if not _is_taken(stored.stored_as):
        return stored
    place = _new_place(PurePosixPath(stored.stored_as).suffix)
    _write(settings().uploads / place, (settings().uploads / stored.stored_as).read_bytes())
    return replace(stored, stored_as=place)


def _is_taken(stored_as: str) -> bool:
    of_ticket = sa.exists().where(Attachment.stored_as == stored_as)
    of_mail = sa.exists().where(InboundMail.stored_as == stored_as)
    return bool(db.session.scalar(sa.select(sa.or_(of_ticket, of_mail))))


def _new_place(extension: str) -> str:
    """A name that says nothing, in one of 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}{extension}"


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, even if the machine dies.

    Raises:
        BadUpload: "not_stored": a full disk keeps nobody from filing the ticket without the file.
    """
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as refused:
        log.error("a file of %s bytes could not be stored in %s: %s", len(data), path.parent, refused.strerror)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise BadUpload("not_stored") from refused


def _stored_files() -> Iterator[Path]:
    return (path for path in settings().uploads.glob("*/*") if path.is_file())


def _place_of(path: Path) -> str:
    return path.relative_to(settings().uploads).as_posix()
