"""What people send, without NUL: the one character that no text column of PostgreSQL takes."""

from collections.abc import Iterable
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

NUL = "\0"
AS_SENT = ("/twilio/", "/smsapi/", "/api/")  # a signature covers it, or it is refused there


class WithoutNul(ImmutableMultiDict[str, Any]):
    """The fields of a form or an address; uploaded files as they are."""

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in fields])


class HelpdeskRequest(Request):
    @property
    def parameter_storage_class(self) -> type[MultiDict[str, Any]]:  # type: ignore[override]
        return ImmutableMultiDict if self.path.startswith(AS_SENT) else WithoutNul


def _clean(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value
