"""The blueprint of the API: who asks, how often, and how a view becomes an operation of the document."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, g, request
from flask_smorest import Blueprint
from marshmallow import Schema

from helpdesk.api_tokens import find_token
from helpdesk.extensions import csrf, limiter
from helpdesk.models import ApiToken, User
from helpdesk.routes.api.problems import ROOT, Problem
from helpdesk.routes.api.reading import StrictParser

View = TypeVar("View", bound=Callable[..., object])

RATE_LIMIT = "API_RATE_LIMIT"
JSON = "application/json"
LONGEST_BODY = 256 * 1024  # bytes
ALWAYS = (401, 429, 500)
WITH_BODY = (400, 413, 415, 422)

bp = Blueprint("api", __name__, url_prefix=ROOT, description="Tickets, units and who is on duty.")
bp.ARGUMENTS_PARSER = StrictParser()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The answer of an operation that succeeds; `headers` and `links` are OpenAPI objects."""

    shape: type[Schema]
    status: int = 200
    headers: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Any] = field(default_factory=dict)


def operation(
    method: str,
    path: str,
    reply: Reply,
    *,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    problems: Sequence[int] = (),
    parameters: Sequence[str | dict[str, Any]] = (),
) -> Callable[[View], View]:
    """Serve the view at `path` and write it into the document.

    `body` and `query` are read, checked and given to the view as a dict. `problems` are the statuses of refusals
    besides those that follow from the rest; `parameters` are OpenAPI objects or names of the document's components.
    """
    refusals = {*ALWAYS, *problems, *(WITH_BODY if body else ()), *((422,) if query else ())}
    more: dict[str, Any] = {"parameters": list(parameters)} if parameters else {}
    if reply.links:
        more["responses"] = {reply.status: {"links": reply.links}}

    def register(view: View) -> View:
        served = bp.doc(operationId=view.__name__, **more)(view)
        served = bp.response(reply.status, reply.shape, content_type=JSON, headers=dict(reply.headers))(served)
        for refusal in sorted(refusals):
            served = bp.alt_response(refusal, response=f"Problem{refusal}")(served)
        for location, shape in (("json", body), ("query", query)):
            if shape:
                served = bp.arguments(shape, location=location)(served)
        bp.route(path, methods=[method])(served)
        return view

    return register


def own_token() -> ApiToken:
    token: ApiToken = g.api_token
    return token


def own_user() -> User:
    """The person as whom the request acts."""
    return own_token().user


def authenticate() -> None:
    """Bearer tokens only: neither session nor cookie opens the API (RFC 6750 for the answers)."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Problem(401, "token_missing", headers={"WWW-Authenticate": 'Bearer realm="helpdesk"'})
    found = find_token(given.token)
    if found is None:
        challenge = 'Bearer realm="helpdesk", error="invalid_token"'
        raise Problem(401, "token_invalid", headers={"WWW-Authenticate": challenge})
    g.api_token = found


def limit_body() -> None:
    """Far below what forms with pictures may send."""
    request.max_content_length = LONGEST_BODY


def _whose_limit() -> str:
    """The header stands for the token: two tokens never share a limit, and none is looked up for it."""
    header = request.headers.get("Authorization") or request.remote_addr or ""
    return hashlib.sha256(header.encode("utf-8", "surrogateescape")).hexdigest()


bp.before_request(authenticate)
bp.before_request(limit_body)
csrf.exempt(bp)
limiter.limit(lambda: current_app.config[RATE_LIMIT], key_func=_whose_limit)(bp)
