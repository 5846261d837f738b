"""Something that fails in many threads, again and again: said once in a while, not each time."""

import threading
import time


class Outage:
    """`every` seconds (or once, with `math.inf`) the same reason is worth a line in the log."""

    def __init__(self, every: float) -> None:
        self.every = every
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()

    def is_news(self, why: str) -> bool:
        """It failed; True if that should be said now."""
        with self._lock:
            now, before = time.monotonic(), self._said.get(why)
            if before is not None and now - before < self.every:
                return False
            self._said[why] = now
            return True

    def is_over(self) -> bool:
        """It works; True if it failed before and nobody has said yet that this is over."""
        with self._lock:
            failed = bool(self._said)
            self._said.clear()
            return failed


DATABASE = Outage(every=10.0)
