"""Fields of the API: strict on the way in, with stable error codes; what they accept is what the document says."""

import re
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import marshmallow as ma
from email_validator import EmailNotValidError, validate_email
from marshmallow import fields, validate

from helpdesk.errors import InvalidPhoneNumber
from helpdesk.phone import parse_phone

BIGGEST_ID = 2**53 - 1  # the largest integer that every JSON reader keeps exact
CODES: dict[str, Any] = {"required": "required", "null": "wrong_type", "invalid": "wrong_type"}

_CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff"
_SPACES = r"\u0020\u00a0\u1680\u2000-\u200f\u202f\u205f-\u2064\u3000"
# One line with something to see; PostgreSQL cannot store NUL, and a line break would end a mail header.
LINE = rf"^[^{_CONTROLS}]*[^{_CONTROLS}{_SPACES}][^{_CONTROLS}]*$"
TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]*$"
URL = r'^https?://[^\u0000-\u0020\u007f-\u00a0\u2028\u2029"<>@/\\?#]+([/?#][^\u0000-\u0020\u007f-\u00a0\u2028\u2029"<>\\]*)?$'
# Landlines, mobiles and VoIP of the Polish numbering plan.
POLISH_NUMBER = r"^\+48(1[2-8]|2[2-69]|3[2-49]|4[1-68]|5[0-9]|6[0-35-9]|7[1-9]|8[1-9]|9[145])[0-9]{7}$"
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:)(\d{2})(\.\d{1,6})?\d*([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


class Input(ma.Schema):
    """What a request may say: anything else is refused."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": "unknown_field", "type": "wrong_type"}  # noqa: RUF012


class Text(fields.String):
    """A string without halves of surrogate pairs that matches `pattern`, at most `most` characters long."""

    def __init__(self, most: int, pattern: str, code: str = "forbidden_characters", **options: Any) -> None:
        shape = {"maxLength": most, "pattern": pattern, **options.pop("metadata", {})}
        super().__init__(metadata=shape, error_messages=CODES, **options)
        self.most, self.pattern, self.code = most, re.compile(pattern), code

    def _deserialize(self, value: Any, *_context: Any, **_options: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("wrong_type")
        if len(value) > self.most:
            raise ma.ValidationError("too_long")
        if not value.isascii() and not _is_unicode(value):
            raise ma.ValidationError("forbidden_characters")
        if not self.pattern.fullmatch(value):
            raise ma.ValidationError(self.code if value.strip() else "blank")
        return value


class Phone(fields.String):
    """A number as people write it; loads as E.164."""

    def _deserialize(self, value: Any, *_context: Any, **_options: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("wrong_type")
        try:
            return parse_phone(value)
        except InvalidPhoneNumber as refused:
            raise ma.ValidationError(f"phone_{refused.code}") from refused


class EmailAddress(fields.Email):
    """An address in ASCII; reserved domains other than .test are refused."""

    def _deserialize(self, value: Any, *_context: Any, **_options: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("wrong_type")
        try:
            found = validate_email(value, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError as refused:
            raise ma.ValidationError("bad_email") from refused
        return found.ascii_email or found.normalized


class Whole(fields.Integer):
    """A JSON integer in [least, most]."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        within = validate.Range(least, most, error="out_of_range")
        super().__init__(strict=True, validate=within, error_messages=CODES, **options)

    def _validated(self, value: Any) -> int:
        is_whole = isinstance(value, float) and value.is_integer()  # 1.0 is an integer in JSON Schema
        return super()._validated(int(value) if is_whole else value)


class Digits(Whole):
    """The same in a query string: digits and nothing else."""

    def _deserialize(self, value: Any, *context: Any, **options: Any) -> int:
        if not re.fullmatch("-?[0-9]{1,18}", value):
            raise ma.ValidationError("wrong_type")
        return super()._deserialize(int(value), *context, **options)


class Instant(fields.DateTime):
    """RFC 3339; loads as aware UTC, is written with Z."""

    def _deserialize(self, value: Any, *_context: Any, **_options: Any) -> datetime:
        found = INSTANT.fullmatch(value)
        if not found:
            raise ma.ValidationError("wrong_format")
        day, minutes, seconds, fraction, offset = found.groups()
        text = f"{day}T{minutes}{min(seconds, '59')}{fraction or ''}{offset.upper()}"  # 60 is a leap second
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except OverflowError:  # within a day of the year 1 or 9999
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError as impossible:
            raise ma.ValidationError("wrong_format") from impossible

    def _serialize(self, value: Any, *_context: Any, **_options: Any) -> str | None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def choice(codes: type[Enum], **options: Any) -> fields.Enum[Any]:
    """One of the values of an enumeration."""
    messages = {**CODES, "unknown": "not_a_choice"}
    return fields.Enum(codes, by_value=fields.String(error_messages=CODES), error_messages=messages, **options)


def _is_unicode(text: str) -> bool:
    """Whether it can be written in UTF-8: JSON can smuggle in one half of a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
