"""Error pages: a clear sentence, never a traceback; an incident number that stands in the log too."""

import errno
import logging
import secrets

from flask import Flask, current_app, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from helpdesk.config import settings
from helpdesk.errors import HelpdeskError, NotFound
from helpdesk.labels import error_sentence

log = logging.getLogger(__name__)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def init_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(HelpdeskError, rule_error)
    app.register_error_handler(OSError, disk_error)
    app.register_error_handler(Exception, unexpected_error)


def http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    return _page(status, str(status)), status


def rule_error(error: HelpdeskError) -> ResponseReturnValue:
    status = 404 if isinstance(error, NotFound) else 409
    return _page(status, error.code), status


def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """For forms with files. The body was refused unread: the browser still has what was typed."""
    sentence = _("The files are too large together. Go back, leave some out and send it again.")
    return render_template("filing/sorry.html", remark=sentence), 413


def unexpected_error(error: Exception) -> ResponseReturnValue:
    incident = secrets.token_hex(4)
    log.exception("incident %s at %s %s", incident, request.method, request.endpoint, exc_info=error)
    return _plain_page(500, incident), 500


def disk_error(error: OSError) -> ResponseReturnValue:
    """Where files are put down while they come in there is no room. The browser still has what was typed."""
    if error.errno not in NO_ROOM:
        return unexpected_error(error)
    log.error("no room for a request at %s %s: %s", request.method, request.endpoint, error.strerror)
    return _plain_page(507), 507


def _plain_page(status: int, incident: str = "") -> str:
    """It may be the database that is broken: nobody asks it who is there and which language they like."""
    template = current_app.jinja_env.get_template("error_plain.html")
    with force_locale(str(session.get("locale") or settings().default_locale)):
        sentence = error_sentence(str(status))
        return template.render(
            house=settings(), status=status, code=str(status), sentence=sentence, incident=incident
        )


def _page(status: int, code: str) -> str:
    return render_template("error.html", status=status, code=code, sentence=error_sentence(code))
