"""A limit for forms that come back with a stale token: that error is raised before the limits of their views."""

from flask_limiter.util import get_remote_address
from limits import parse

from helpdesk.extensions import limiter

_STALE = parse("10 per minute")


def is_stale_too_often() -> bool:
    """Counts this request; such a form may store files, and a stranger must not fill the disk with them."""
    return bool(limiter.enabled) and not limiter.limiter.hit(_STALE, "stale-form", get_remote_address())
