"""The only place that asks for the time. Tests and the chaos program move it."""

from datetime import UTC, datetime, timedelta

# What lies farther in the future than the clocks of several machines differ was written by one that ran ahead.
AHEAD = timedelta(seconds=10)
_offset = timedelta()
_frozen: datetime | None = None


def now() -> datetime:
    """The present instant, aware, UTC."""
    if _frozen is not None:
        return _frozen
    return datetime.now(UTC) + _offset


def freeze(at: datetime) -> None:
    """Stand still at `at` (aware) until `advance`, `freeze` or `reset`."""
    global _frozen
    _frozen = at.astimezone(UTC)


def advance(by: timedelta) -> None:
    """Move the clock, frozen or running."""
    global _frozen, _offset
    if _frozen is not None:
        _frozen += by
    else:
        _offset += by


def reset() -> None:
    """Back to the machine's clock."""
    global _frozen, _offset
    _frozen, _offset = None, timedelta()
