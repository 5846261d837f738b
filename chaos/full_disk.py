"""No room for an attachment: the form says so, keeps what was typed, and takes the ticket without the file."""

import ctypes
import io
import os
import re
import resource
import signal
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient

from chaos import process
from chaos.stage import SQLITE, Stage, stage
from chaos.world import LINK_SECRET
from helpdesk.extensions import db
from helpdesk.models import Attachment, Ticket

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 16384, 1 << 18
ROOM = 64 * 1024
LIMIT = 8 * 1024 * 1024  # larger than the database
FIELD = re.compile(r'name="(csrf_token|submission|page)"[^>]*value="([^"]*)"')
TYPED = {
    "category": "other",
    "priority": "normal",
    "subject": "Pytanie o grupę",
    "description": "Jak dodać wydarzenie do grupy?",
    "name": "Jan Testowy",
    "email": "jan@chaos.test",
}
SENTENCE = re.compile(r'id="pictures-error"[^>]*>(.*?)</(?:p|div|ul|span)>', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """How it was made full, the form's answer, and what came of sending it again without the file."""

    how: str
    status: int
    sentence: str
    is_kept: bool
    status_without: int
    tickets: int
    attachments: int

    @property
    def is_good(self) -> bool:
        is_clear = self.status < 500 and self.is_kept and bool(self.sentence)
        return is_clear and self.status_without == 303 and (self.tickets, self.attachments) == (1, 0)


def run() -> bool:
    with stage(SQLITE) as scene:
        answer: Answer = process.ask(scene.log, _file, scene)
    print(f"  disk full for attachments ({answer.how}): the form answers {answer.status}, “{answer.sentence}”;")
    print(
        f"    what was typed is {'kept' if answer.is_kept else 'GONE'}; without the file it answers"
        f" {answer.status_without}: {answer.tickets} ticket(s), {answer.attachments} attachment(s)"
    )
    return answer.is_good


def _file(scene: Stage) -> Answer:
    scene.settings.uploads.mkdir(parents=True, exist_ok=True)
    app = scene.app()
    address = f"/u/{LINK_SECRET.format(0)}?category=other"
    with app.test_client() as client:
        hidden = _hidden(client.get(address).text)
        how = _fill_up(scene.settings.uploads)
        first = client.post(address, data=TYPED | hidden | {"pictures": (io.BytesIO(_pdf()), "zrzut.pdf")})
        page = unescape(first.text)
        second = _without_the_file(client, address, first.text, hidden)
    with app.app_context():
        counts = [db.session.scalar(sa.select(sa.func.count(model.id))) or 0 for model in (Ticket, Attachment)]
    return Answer(
        how=how,
        status=first.status_code,
        sentence=_sentence(page),
        is_kept=all(TYPED[name] in page for name in ("subject", "description", "name", "email")),
        status_without=second,
        tickets=counts[0],
        attachments=counts[1],
    )


def _without_the_file(client: FlaskClient, address: str, page: str, hidden: dict[str, str]) -> int:
    return client.post(address, data=TYPED | hidden | _hidden(page)).status_code


def _hidden(page: str) -> dict[str, str]:
    return dict(FIELD.findall(page))


def _sentence(page: str) -> str:
    found = SENTENCE.search(page)
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split()) if found else ""


def _pdf() -> bytes:
    return b"%PDF-1.7\n" + b"%" * (LIMIT + ROOM)


def _fill_up(folder: Path) -> str:
    """A tiny file system of our own where that is allowed, else a limit on the size of files."""
    try:
        _mount_tiny(folder)
    except OSError:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
        return f"files limited to {LIMIT // 1024 // 1024} MiB"
    return f"a tmpfs of {ROOM // 1024} KiB"


def _mount_tiny(folder: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    is_root = os.geteuid() == 0
    _check(libc.unshare(CLONE_NEWNS | (0 if is_root else CLONE_NEWUSER)))
    _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _check(libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={ROOM}".encode()))


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
