"""Errors of the API: RFC 9457 problem documents with stable codes, in the language of Accept-Language."""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, Response, current_app, json, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from helpdesk.config import LOCALES, settings
from helpdesk.errors import HelpdeskError, NotFound
from helpdesk.forms.fields import PHONE_SENTENCES
from helpdesk.labels import error_sentence
from helpdesk.routes.errors import NO_ROOM, disk_error, http_error, rule_error, unexpected_error

log = logging.getLogger(__name__)

ROOT = "/api/v1"
PROBLEM_TYPE = "application/problem+json"
_Error = TypeVar("_Error", bound=Exception)

# By status, for errors that the framework raises.
CODES = {
    400: "bad_request",
    401: "token_missing",
    403: "forbidden",
    404: "address_not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal_error",
}
# Rules answer 409 but for these.
RULE_STATUS = {"not_staff": 403, "idempotency_key_reused": 409, "not_stored": 507}

SENTENCES: dict[str, LazyString] = {
    "bad_request": _l("The request could not be understood."),
    "bad_json": _l("The body is not a valid JSON document in UTF-8."),
    "bad_idempotency_key": _l("Idempotency-Key must be 1 to 200 visible ASCII characters."),
    "token_missing": _l("Send a token in the header Authorization: Bearer …"),
    "token_invalid": _l("This token is unknown or has been revoked."),
    "forbidden": _l("This token may not do that."),
    "address_not_found": _l("There is nothing at this address."),
    "unit_not_found": _l("There is no such unit, or this token may not use it."),
    "method_not_allowed": _l("This address does not support that method."),
    "too_large": _l("The request is too large."),
    "unsupported_media_type": _l("Send the body as application/json."),
    "invalid": _l("Some values are not right; see errors."),
    "idempotency_key_reused": _l("This Idempotency-Key has been used for another request."),
    "too_many_requests": _l("Too many requests. Wait and try again."),
    "no_room": _l("Our disk is full. Nothing was saved; try again later."),
    "internal_error": _l("Something went wrong on our side. Nothing was saved; try again in a moment."),
}
FIELD_SENTENCES: dict[str, LazyString] = {
    "required": _l("This value is required."),
    "unknown_field": _l("There is no such field."),
    "wrong_type": _l("The value has the wrong type."),
    "wrong_format": _l("The value is not written in the required format."),
    "not_a_choice": _l("The value is not one of those allowed."),
    "out_of_range": _l("The number is too small or too large."),
    "too_long": _l("The text is too long."),
    "blank": _l("The text is empty."),
    "forbidden_characters": _l("The text holds control characters or broken Unicode."),
    "repeated": _l("Give this parameter once."),
    "bad_email": _l("This is not an e-mail address that can receive mail."),
    "phone_required": _l("An urgent ticket needs the reporter's phone number."),
    "contact_required": _l("Give the reporter's phone or e-mail, so that an answer can arrive."),
    **{f"phone_{code}": sentence for code, sentence in PHONE_SENTENCES.items()},
}


@dataclass(frozen=True)
class FieldError:
    """`field` is a path such as "reporter.phone"; empty for the document as a whole."""

    field: str
    code: str


class Problem(Exception):  # noqa: N818
    """An answer to a request that cannot be fulfilled."""

    def __init__(
        self, status: int, code: str, *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.errors = status, code, errors
        self.headers = dict(headers or {})


def init_problems(app: Flask) -> None:
    """Problem documents below ROOT, pages everywhere else."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _below_root(http_problem, http_error))
    app.register_error_handler(HelpdeskError, _below_root(rule_problem, rule_error))
    app.register_error_handler(OSError, _below_root(disk_problem, disk_error))
    app.register_error_handler(Exception, _below_root(unexpected_problem, unexpected_error))


def answer(problem: Problem, **members: str) -> Response:
    """The problem document; `members` are added to it as they are."""
    with force_locale(language()):
        document = {
            "type": f"urn:helpdesk:problem:{problem.code}",
            "title": str(SENTENCES.get(problem.code) or error_sentence(problem.code)),
            "status": problem.status,
            "code": problem.code,
            **members,
        }
        if problem.errors:
            document["errors"] = [_describe(error) for error in problem.errors]
    response = current_app.response_class(json.dumps(document), problem.status, mimetype=PROBLEM_TYPE)
    response.headers.update(problem.headers)
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response


def language() -> str:
    """What the client asks for among our languages, else that of the installation."""
    return request.accept_languages.best_match(LOCALES) or settings().default_locale


def http_problem(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    return answer(Problem(status, CODES.get(status, "bad_request"), headers=_headers(error)))


def rule_problem(error: HelpdeskError) -> ResponseReturnValue:
    status = 404 if isinstance(error, NotFound) else RULE_STATUS.get(error.code, 409)
    return answer(Problem(status, error.code))


def unexpected_problem(error: Exception) -> ResponseReturnValue:
    incident = secrets.token_hex(4)
    log.exception("incident %s at %s %s", incident, request.method, request.endpoint, exc_info=error)
    return answer(Problem(500, "internal_error"), instance=f"urn:helpdesk:incident:{incident}")


def disk_problem(error: OSError) -> ResponseReturnValue:
    if error.errno not in NO_ROOM:
        return unexpected_problem(error)
    log.error("no room for a request at %s %s: %s", request.method, request.endpoint, error.strerror)
    return answer(Problem(507, "no_room"))


def _below_root(
    problem: Callable[[_Error], ResponseReturnValue], page: Callable[[_Error], ResponseReturnValue]
) -> Callable[[_Error], ResponseReturnValue]:
    def handle(error: _Error) -> ResponseReturnValue:
        in_api = request.path == ROOT or request.path.startswith(f"{ROOT}/")
        return problem(error) if in_api else page(error)

    return handle


def _headers(error: HTTPException) -> dict[str, str]:
    if isinstance(error, RateLimitExceeded):
        return {"Retry-After": str(error.limit.limit.get_expiry())}
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(sorted(error.valid_methods or ()))}
    return {}


def _describe(error: FieldError) -> dict[str, str]:
    return {"field": error.field, "code": error.code, "detail": str(FIELD_SENTENCES[error.code])}
