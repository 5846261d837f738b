"""Downloads of attachments. What strangers sent is never run: re-encoded pictures are shown, the rest is saved."""

from pathlib import Path

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Attachment, User
from helpdesk.routes.access import EVERYBODY, allow
from helpdesk.tickets.access import can_see
from helpdesk.tickets.attachments import RASTER_TYPES, open_file, public_attachments

bp = Blueprint("files", __name__)


@bp.get("/files/<int:attachment_id>")
@allow(*EVERYBODY)
def download(attachment_id: int) -> ResponseReturnValue:
    attachment = db.session.get(Attachment, attachment_id)
    if attachment is None or not _may_see(current_user, attachment):
        raise NotFound("not_found")
    return send(attachment, open_file(attachment))


def send(attachment: Attachment, path: Path) -> Response:
    """The bytes, under a policy that lets nothing in them act."""
    is_picture = attachment.content_type in RASTER_TYPES
    answer = send_file(
        path,
        mimetype=attachment.content_type,
        as_attachment=not is_picture,
        download_name=attachment.name,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _may_see(user: User, attachment: Attachment) -> bool:
    if not can_see(user, attachment.ticket):
        return False
    return user.is_staff or attachment in public_attachments(attachment.ticket)
