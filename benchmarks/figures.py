"""How figures are summed up and printed: medians, the 99th percentile, the aim beside them."""

import os
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that `share` per cent of the values do not exceed (nearest rank: one of the values)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def spread(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and longest, in milliseconds."""
    figures = median(seconds), percentile(seconds, 99), max(seconds)
    return "median {:7.1f} ms   p99 {:7.1f} ms   longest {:7.1f} ms".format(*(1000 * s for s in figures))


def aim(seconds: float, limit: float, name: str = "") -> str:
    """Whether a figure is under its aim; both in seconds."""
    return f"{name + ' ' if name else ''}< {limit * 1000:.0f} ms {'met' if seconds < limit else 'MISSED'}"


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Seconds of each run, after one that does not count."""
    act()
    return [_seconds(act) for _ in range(times)]


def _seconds(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start


def load_average() -> str:
    """Of the last minute: figures taken beside other work say little."""
    return f"{os.getloadavg()[0]:.2f}"
