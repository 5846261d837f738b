"""Uploads of a form: stored at once, so that a mistake in another field does not lose them."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from flask import request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken, BadUpload
from helpdesk.labels import error_sentence
from helpdesk.tickets.attachments import MAX_UPLOADS, PDF, RASTER_TYPES, StoredFile, store_upload

NOT_STORED = "not_stored"  # an error's code, and a field by which the form remembers it
ACCEPT = ",".join(sorted(RASTER_TYPES | {PDF}))


@dataclass(frozen=True)
class Kept:
    """What has arrived so far, and a sentence for each file that was refused.

    `is_store_full`: now or when the form was sent before, a file could not be stored; none may be asked for.
    """

    files: tuple[StoredFile, ...] = ()
    problems: tuple[str, ...] = ()
    is_store_full: bool = False

    @property
    def tokens(self) -> list[tuple[str, StoredFile]]:
        """For the page: a signed token by which each file comes back with the form."""
        return [(tokens.sign(tokens.KEPT_UPLOAD, *astuple(stored)), stored) for stored in self.files]


def uploads_sent(field: str = "pictures") -> Kept:
    """What came with this request, and what came before it."""
    return _keep(request.files.getlist(field), request.form.getlist("kept"))


def uploads_before() -> Kept:
    """What came before this request; nothing new is stored."""
    return _keep((), request.form.getlist("kept"))


def not_stored() -> Kept:
    """For a form whose files could not be given to the ticket: it goes on without them."""
    return Kept((), (_sentence(NOT_STORED),), is_store_full=True)


def _keep(sent: Iterable[FileStorage], kept: Iterable[str]) -> Kept:
    """Store the files just sent and find those that were kept before (by their tokens)."""
    files = {stored.sha256: stored for stored in map(_read, kept) if stored}
    problems, codes = [], set()
    for upload in sent:
        if upload.filename:
            try:
                stored = store_upload(upload.filename, upload.stream.read(_limit() + 1))
                files.setdefault(stored.sha256, stored)
            except BadUpload as refused:
                problems.append(f"{upload.filename}: {_sentence(refused.code)}")
                codes.add(refused.code)
    if len(files) > MAX_UPLOADS:
        problems.append(str(error_sentence("too_many")))
    is_store_full = NOT_STORED in codes or NOT_STORED in request.form
    return Kept(tuple(files.values())[:MAX_UPLOADS], tuple(problems), is_store_full)


def _sentence(code: str) -> str:
    if code == "too_large":
        return _("This file is too large: at most %(limit)d MB.", limit=settings().upload_limit_mb)
    return str(error_sentence(code))


def _hint() -> str:
    return _("Up to 5: pictures or PDF, at most %(limit)d MB each.", limit=settings().upload_limit_mb)


def _limit() -> int:
    return settings().upload_limit_mb * 1024 * 1024


def _read(token: str) -> StoredFile | None:
    try:
        stored = StoredFile(*tokens.read(tokens.KEPT_UPLOAD, token))
    except BadToken:
        return None
    return stored if (settings().uploads / stored.stored_as).is_file() else None


PICTURES_LABEL = _l("Screenshot or file")
PICTURES_HINT = LazyString(_hint)
