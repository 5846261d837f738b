"""Local times of March 2026, and one action in a transaction."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from helpdesk import clock
from helpdesk.transaction import transaction

WARSAW = ZoneInfo("Europe/Warsaw")


def local(text):
    """An hour of Wednesday, 11 March 2026, or a day and an hour of that month."""
    day, _, hour = text.rpartition(" ")
    return datetime.fromisoformat(f"2026-03-{day or '11'} {hour}").replace(tzinfo=WARSAW).astimezone(UTC)


def at(text):
    clock.freeze(local(text))


def does(action, *args):
    with transaction():
        action(*args)
