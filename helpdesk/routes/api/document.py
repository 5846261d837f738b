"""What the OpenAPI document says beyond the operations: security, headers, problems, conditions."""

from typing import Any

from flask import Flask

from helpdesk import __version__
from helpdesk.extensions import api
from helpdesk.routes.api.answers import ProblemDocument
from helpdesk.routes.api.blueprint import bp
from helpdesk.routes.api.once import HEADER, KEY_PATTERN
from helpdesk.routes.api.problems import PROBLEM_TYPE, ROOT

DESCRIPTION = """\
File urgent and normal tickets for the residents' groups of municipalities, follow and acknowledge them.

Send a token as `Authorization: Bearer …`; it may do what its user may do. Lists are paged by key: repeat the
request with `cursor` = `next_cursor` until that is null. Instants are RFC 3339 in UTC. Errors are RFC 9457
problem documents with a stable `code`; their sentences follow `Accept-Language` (pl, en). Unknown fields and
parameters are refused."""

PROBLEMS = {
    400: "The request cannot be read: not JSON, not UTF-8, a bad Idempotency-Key.",
    401: "No token, or one that is unknown or revoked.",
    403: "The token's user may not do that.",
    404: "There is no such thing, or the token's user may not know of it.",
    409: "The state of things forbids it: no valid contract, an Idempotency-Key used for another request.",
    413: "The body is larger than 256 KiB.",
    415: "The body is not application/json.",
    422: "Values that are not allowed, listed in `errors`.",
    429: "Too many requests with this token.",
    500: "An error on our side; `instance` is its number in our log.",
}
PROBLEM_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "description": "Seconds.", "schema": {"type": "integer"}}},
}
KEY_PARAMETER = {
    "description": "The same key with the same body is done once and answered as before, "
    "with Idempotency-Replayed: true, for at least a day. With another body it is refused.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
    "example": "5e0c7a52-8f0c-4d3e-9a4b-1f7d6a3b2c10",
}
# Conditions between fields, which schemas.py checks in code.
CONDITIONS: dict[str, dict[str, Any]] = {
    "NewReporter": {"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]},
    "NewTicket": {
        "if": {"properties": {"priority": {"const": "urgent"}}, "required": ["priority"]},
        "then": {"properties": {"reporter": {"required": ["phone"]}}},
    },
}


def init_document(app: Flask) -> None:
    """Serve the document at /api/v1/openapi.json, for everybody."""
    app.config.update(
        API_TITLE="Helpdesk",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=ROOT,
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION},
            "servers": [{"url": "/"}],
            "security": [{"token": []}],
        },
    )
    api.DEFAULT_ERROR_RESPONSE_NAME = None  # every refusal is documented by its own status
    api.init_app(app)
    _add_components()
    api.register_blueprint(bp)
    for name, condition in CONDITIONS.items():
        api.spec.components.schemas[name].update(condition)


def _add_components() -> None:
    components = api.spec.components
    components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    components.parameter("IdempotencyKey", "header", {"name": HEADER, **KEY_PARAMETER})
    for status, description in PROBLEMS.items():
        response = {
            "description": description,
            "headers": PROBLEM_HEADERS.get(status, {}),
            "content": {PROBLEM_TYPE: {"schema": ProblemDocument}},
        }
        components.response(f"Problem{status}", response)
