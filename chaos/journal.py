"""Files of JSON lines that survive any kill: what was filed, acknowledged, stored, killed. Seconds are monotonic,
the same for all processes of the machine."""

import json
import os
from pathlib import Path
from typing import Any


def note(path: Path, **facts: Any) -> None:
    """One line, written by one call of the system, so that many may write at once."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, (json.dumps(facts) + "\n").encode())
    finally:
        os.close(descriptor)


def read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]
