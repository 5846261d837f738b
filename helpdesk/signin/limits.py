"""How often codes are sent and tried, by the address of the caller and by the person concerned."""

import hashlib
from collections.abc import Callable

from flask import abort, current_app, request, session
from flask_limiter.util import get_remote_address
from flask_security import uia_email_mapper, uia_phone_mapper
from limits import RateLimitItem, parse_many

from helpdesk.extensions import limiter


def identity() -> str:
    """Who the caller says to be, however it is written; a digest: a shared store must not list addresses."""
    typed = request.form.get("identity", "")
    person = uia_email_mapper(typed) or uia_phone_mapper(typed) or typed
    return hashlib.sha256(person.casefold().encode()).hexdigest()[:32]


def second_factor_of() -> str:
    return str(session.get("tf_user_id") or session.get("_user_id") or get_remote_address())


Limit = tuple[list[RateLimitItem], Callable[[], str]]
# Many phones share one address of their operator, so the first limit is a wide one.
LIMITS: dict[str, tuple[Limit, ...]] = {
    "security.us_signin_send_code": (
        (parse_many("60 per hour"), get_remote_address),
        (parse_many("5 per 10 minutes; 20 per day"), identity),
    ),
    "security.us_signin": (
        (parse_many("120 per hour"), get_remote_address),
        (parse_many("10 per 10 minutes; 50 per day"), identity),
    ),
    "security.two_factor_token_validation": ((parse_many("10 per 10 minutes; 50 per day"), second_factor_of),),
    "security.two_factor_setup": ((parse_many("5 per 10 minutes; 20 per day"), second_factor_of),),
    "security.two_factor_setup_validate": ((parse_many("10 per 10 minutes; 50 per day"), second_factor_of),),
}


def hold_back() -> None:
    """Refuse with 429 who tries too often."""
    if request.method != "POST" or not current_app.config["RATELIMIT_ENABLED"]:
        return
    endpoint = request.endpoint or ""
    for items, who in LIMITS.get(endpoint, ()):
        if not all(limiter.limiter.hit(item, endpoint, who()) for item in items):
            abort(429)
