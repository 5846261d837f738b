"""Read bodies and query strings strictly; every error becomes a problem with the path of the value."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser

from helpdesk.routes.api.problems import FieldError, Problem

ROOT_KEY = "_schema"  # marshmallow's name for the document as a whole


class StrictParser(FlaskParser):
    """For webargs, which flask-smorest reads requests with."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}  # noqa: RUF012

    def load_json(self, req: Request, *_schema: Any, **_named: Any) -> Any:
        if req.mimetype != "application/json":
            raise Problem(415, "unsupported_media_type")
        return read_json(req.get_data(cache=True))

    def load_querystring(self, req: Request, *_schema: Any, **_named: Any) -> dict[str, str]:
        repeated = [FieldError(name, "repeated") for name, values in req.args.lists() if len(values) > 1]
        if repeated:
            raise Problem(422, "invalid", errors=repeated)
        return req.args.to_dict()

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        messages = error.messages
        assert isinstance(messages, dict)  # webargs puts them under the location
        (of_location,) = messages.values()
        raise Problem(422, "invalid", errors=list(flatten(of_location))) from error


def read_json(data: bytes) -> Any:
    """The document.

    Raises:
        Problem: not UTF-8, not JSON, NaN or Infinity, a name twice in an object, nested too deep.
    """
    try:
        return json.loads(data.decode(), parse_constant=_refuse, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as unreadable:
        raise Problem(400, "bad_json") from unreadable


def flatten(messages: Any, path: str = "") -> Iterator[FieldError]:
    """marshmallow's nested messages, which are our codes, as a list."""
    if not isinstance(messages, Mapping):
        yield from (FieldError(path, code) for code in messages)
        return
    for name, inner in messages.items():
        below = path if name == ROOT_KEY else f"{path}.{name}".lstrip(".")
        yield from flatten(inner, below)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
