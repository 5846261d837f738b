"""`Idempotency-Key`: a request that is sent again is answered again and done once."""

import hashlib
import json
import re
from collections.abc import Callable

from flask import Response, jsonify, request

from helpdesk.idempotency import Answer, once
from helpdesk.routes.api.blueprint import own_token
from helpdesk.routes.api.problems import Problem
from helpdesk.routes.api.reading import read_json
from helpdesk.transaction import transaction

HEADER = "Idempotency-Key"
KEY_PATTERN = "^[!-~]{1,200}$"
REPLAYED = "Idempotency-Replayed"
REPLAYED_DOCUMENTED = {
    REPLAYED: {"description": "On a repeated answer.", "schema": {"type": "string", "enum": ["true"]}}
}


def answer_once(act: Callable[[], Answer]) -> Response:
    """Run `act` in a transaction, or repeat what it answered to the same key and body.

    Raises:
        Problem: the key is not usable.
        KeyReused: it was used for another request.
    """
    key, digest = _key(), _digest()
    with transaction():
        given = once(own_token(), key, digest, act)
    response = jsonify(given.body)
    response.status_code = given.status
    if given.is_replay:
        response.headers[REPLAYED] = "true"
    return response


def _key() -> str:
    key = request.headers.get(HEADER)
    if key is None:
        return ""
    if not re.fullmatch(KEY_PATTERN, key):
        raise Problem(400, "bad_idempotency_key")
    return key


def _digest() -> str:
    """Of the address and what the body says, however it is laid out."""
    body = request.get_data(cache=True) if request.is_json else b""
    said = json.dumps(read_json(body) if body else None, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path} {said}".encode()).hexdigest()
