"""Which mail a fetcher has in hand, written down beside the database: one that killed it twice is not tried again.

A file, because whatever kills the process also rolls back its transaction.
"""

import json
from pathlib import Path

from helpdesk.config import settings
from helpdesk.mailboxes import Mailbox

MOST_TIMES = 2


def take(mailbox: Mailbox, mail: str) -> bool:
    """Note that the mail is in hand now; False when it was twice before, and nobody put it down."""
    path = _path(mailbox)
    times = _times(path, mail)
    if times >= MOST_TIMES:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([mail, times + 1]))
    return True


def put_down(mailbox: Mailbox) -> None:
    """Whatever became of it, the fetcher lives."""
    _path(mailbox).unlink(missing_ok=True)


def _times(path: Path, mail: str) -> int:
    """A file that was cut short in the writing says nothing."""
    try:
        noted, times = json.loads(path.read_text())
    except (FileNotFoundError, ValueError, TypeError):
        return 0
    return int(times) if noted == mail else 0


def _path(mailbox: Mailbox) -> Path:
    return settings().data_dir / "mailboxes" / f"{mailbox.key}.json"
