"""Whether a request to Twilio keeps to the official OpenAPI and to the rules that only its prose tells.

The specification is looked for in TWILIO_OPENAPI, else beside the project; without it the prose rules remain.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict

BESIDE = Path(__file__).parents[1] / "../shared/twilio/twilio_api_v2010.json"
MEDIA = re.compile(r".*/Recordings/RE[0-9a-f]{32}(\.wav|\.mp3)?")
CALLBACK_PATH = re.compile(r"/[A-Za-z0-9_\-/]*")
FORM = "application/x-www-form-urlencoded"
Json = dict[str, Any]


def check_request(method: str, url: str, form: MultiDict[str, str]) -> list[str]:
    """One sentence per violation; for `Simulator.on_request`."""
    parts = urlsplit(url)
    query = MultiDict(parse_qsl(parts.query, keep_blank_values=True))
    complaints = [*_against_spec(method, parts.path, query, form), *_against_prose(method, parts.path, form)]
    return [f"{method} {parts.path}: {complaint}" for complaint in complaints]


# The official specification


@lru_cache(maxsize=1)
def specification() -> Json | None:
    """The parsed OpenAPI, or None when it is not on this machine."""
    path = Path(os.environ.get("TWILIO_OPENAPI", BESIDE))
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@lru_cache(maxsize=1)
def _paths() -> list[tuple[re.Pattern[str], Json]]:
    """The spec's paths as patterns, those with fewer placeholders first."""
    spec = specification() or {"paths": {}}
    ordered = sorted(spec["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))), item) for path, item in ordered]


def _against_spec(method: str, path: str, query: MultiDict[str, str], form: MultiDict[str, str]) -> Iterator[str]:
    if specification() is None or MEDIA.fullmatch(path):
        return
    matches = ((pattern.fullmatch(path), item) for pattern, item in _paths())
    match, item = next(((match, item) for match, item in matches if match), (None, {}))
    operation = item.get(method.lower())
    if match is None or operation is None:
        yield "no such operation"
        return
    known = {(found["in"], found["name"]): found for found in operation.get("parameters", [])}
    yield from _check_values(MultiDict(match.groupdict()), _schemas(known, "path"))
    yield from _check_values(query, _schemas(known, "query"))
    body = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    yield from _check_values(form, body.get("properties", {}))
    yield from (f"{name} is required" for name in body.get("required", []) if name not in form)


def _schemas(known: dict[tuple[str, str], Json], place: str) -> dict[str, Json]:
    return {name: found["schema"] for (where, name), found in known.items() if where == place}


def _check_values(given: MultiDict[str, str], schemas: dict[str, Json]) -> Iterator[str]:
    for name, values in given.lists():
        if name not in schemas:
            yield f"{name} is not a parameter"
            continue
        schema = _resolve(schemas[name])
        is_array = schema.get("type") == "array"
        if len(values) > 1 and not is_array:
            yield f"{name} is given {len(values)} times and is no list"
        element = _resolve(schema["items"]) if is_array else schema
        yield from (f"{name}={value!r} {fault}" for value in values for fault in _faults(value, element))


def _resolve(schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    return (specification() or {})["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def _faults(value: str, schema: Json) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"is not one of {schema['enum']}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        yield f"does not match {schema['pattern']}"
    for kind in (schema.get("type", "string"), schema.get("format", "")):
        if kind in KINDS and not KINDS[kind](value):
            yield f"is not of kind {kind}"
    if schema.get("type") == "integer" and KINDS["integer"](value) and not _in_range(int(value), schema):
        yield "is out of range"


def _in_range(value: int, schema: Json) -> bool:
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


KINDS: dict[str, Callable[[str], object]] = {
    "integer": re.compile(r"-?\d+").fullmatch,
    "number": re.compile(r"-?\d+(\.\d+)?").fullmatch,
    "boolean": re.compile("true|false", re.IGNORECASE).fullmatch,
    "uri": re.compile(r"https?://[^\s/]+.*").fullmatch,
    "phone-number": re.compile(r"\+[1-9]\d{6,14}|[A-Za-z0-9 \-+_&]{1,11}").fullmatch,
    "date-time": _is_moment,
}

# What only the prose of the documentation says


def _against_prose(method: str, path: str, form: MultiDict[str, str]) -> Iterator[str]:
    if method != "POST":
        return
    for ending, rules in PROSE.items():
        if path.endswith(ending):
            yield from (rule for rule, holds in rules.items() if not holds(form))
    for name in ("Url", "FallbackUrl", "StatusCallback"):
        yield from (f"{name}: {fault}" for fault in _callback_faults(form.get(name, "")))


def _callback_faults(url: str) -> Iterator[str]:
    if not url:
        return
    parts = urlsplit(url)
    if not parts.hostname or "_" in parts.hostname:
        yield "its host must have a name without an underscore"
    if parts.query or not CALLBACK_PATH.fullmatch(parts.path):
        yield "its path may have letters, digits, _ and - only, and no query string"


def _is_within(text: str, allowed: range) -> bool:
    return text.isdigit() and int(text) in allowed


PROSE: dict[str, dict[str, Callable[[MultiDict[str, str]], bool]]] = {
    "/Messages.json": {
        "a recipient is needed": lambda form: bool(form.get("To")),
        "a sender or a service is needed": lambda form: bool(form.get("From") or form.get("MessagingServiceSid")),
        "a body is needed": lambda form: bool(form.get("Body", "").strip()),
        "1600 characters are the limit": lambda form: len(form.get("Body", "")) <= 1600,
        "ValidityPeriod goes from 1 to 36000": lambda form: _is_within(
            form.get("ValidityPeriod", "1"), range(1, 36001)
        ),
    },
    "/Calls.json": {
        "a recipient and a sender are needed": lambda form: bool(form.get("To") and form.get("From")),
        "exactly one of Url and Twiml": lambda form: bool(form.get("Url")) is not bool(form.get("Twiml")),
        "Twiml has at most 4000 characters": lambda form: len(form.get("Twiml", "")) <= 4000,
        "Timeout is at most 600": lambda form: _is_within(form.get("Timeout", "60"), range(601)),
    },
}
