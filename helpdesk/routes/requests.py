"""What people send, without NUL: the one character that no text column of PostgreSQL takes."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict

NUL = "\0"


class WithoutNul(ImmutableMultiDict[str, Any]):
    """The fields of a form or an address; uploaded files as they are."""

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in fields])


class HelpdeskRequest(Request):
    parameter_storage_class = WithoutNul


def init_requests(app: Flask) -> None:
    app.request_class = HelpdeskRequest
    app.before_request(know_no_such_page)


def know_no_such_page() -> None:
    if NUL in request.path:
        abort(404)


def has_nul(value: Any) -> bool:
    """Anywhere in what JSON can say."""
    if isinstance(value, dict):
        return has_nul(list(value)) or has_nul(list(value.values()))
    if isinstance(value, list):
        return any(has_nul(each) for each in value)
    return isinstance(value, str) and NUL in value


def _clean(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value
