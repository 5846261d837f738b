"""The outgoing heartbeat: a monitor outside is told every minute that alerts get out, and misses it when not.

Its silence is the alarm: a machine that is dead cannot say so.
"""

import logging
import math

import requests
from flask_babel import force_locale

from helpdesk import signs
from helpdesk.config import settings
from helpdesk.health.table import vital_signs
from helpdesk.outage import Outage
from helpdesk.transaction import release

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5
UNHEARD = Outage(every=math.inf)


def tell() -> None:
    """Ask the monitor's address, if there is one and nothing vital is broken."""
    url = settings().heartbeat_url
    if not url:
        return
    with force_locale("en"):
        broken = [" ".join(check.lines) for check in vital_signs() if not check.ok]
    release()
    why = broken[0] if broken else _ask(url)
    if why and UNHEARD.is_news(why):
        log.warning("the monitor outside does not hear from us: %s", why)
    elif not why:
        signs.note(signs.MONITOR)
        if UNHEARD.is_over():
            log.info("the monitor outside hears from us again")


def _ask(url: str) -> str:
    """Why it did not work; "" when it did. The address is a secret, and exceptions name it."""
    try:
        answer = requests.get(url, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as failed:
        return type(failed).__name__
    return "" if answer.ok else f"it answers with {answer.status_code}"
