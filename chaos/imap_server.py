"""A real IMAP server (pymap) in a process of its own, and what a person sees who looks into its mailbox."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import create_default_context

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls

from chaos.certificates import Certificates
from chaos.ports import free_port, wait_until_open
from helpdesk.mailboxes import STARTTLS, Mailbox

USER, PASSWORD = "pomoc", "tajne haslo"


@dataclass(frozen=True)
class Server:
    """`mailbox` is how the program is told of it."""

    mailbox: Mailbox

    def put(self, *mails: bytes) -> None:
        with self.looking() as box:
            for mail in mails:
                box.append(mail, "INBOX")

    def mails(self, folder: str) -> list[bytes]:
        """None where there is no such folder yet."""
        with self.looking() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [message.obj.as_bytes() for message in box.fetch(mark_seen=False, charset=None)]

    def empty(self) -> None:
        with self.looking() as box:
            for folder in box.folder.list():
                box.folder.set(folder.name)
                box.delete(box.uids("ALL", charset=None))
                if folder.name in (self.mailbox.done, self.mailbox.problem):
                    box.folder.set("INBOX")
                    box.folder.delete(folder.name)

    def count(self) -> tuple[int, int, int]:
        """Mails in the inbox, done, and problems."""
        with self.looking() as box:
            there = {each.name for each in box.folder.list()}

            def mails_in(name: str) -> int:
                return box.folder.status(name, ["MESSAGES"])["MESSAGES"] if name in there else 0

            return mails_in(self.mailbox.inbox), mails_in(self.mailbox.done), mails_in(self.mailbox.problem)

    @contextmanager
    def looking(self) -> Iterator[BaseMailBox]:
        """Somebody else's mail program."""
        kind = MailBoxStartTls if self.mailbox.security == STARTTLS else MailBox
        context = create_default_context(cafile=self.mailbox.ca_file)
        box = kind(self.mailbox.host, self.mailbox.port, timeout=10, ssl_context=context)
        yield box.login(self.mailbox.user, self.mailbox.password)
        box.logout()


@contextmanager
def pymap(certificates: Certificates, folder: Path) -> Iterator[Server]:
    """It speaks STARTTLS; its mailbox is empty."""
    port, log = free_port(), folder / "pymap.log"
    command = [sys.executable, "-c", "from pymap.main import main; main()", "--host", "127.0.0.1", "--port"]
    command += [str(port), "--cert", str(certificates.server), "--key", str(certificates.key), "dict"]
    command += ["--demo-user", USER, "--demo-password", PASSWORD]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_until_open(port)
        yield Server(mailbox(certificates, port))
    finally:
        process.terminate()
        process.wait()


def mailbox(certificates: Certificates, port: int) -> Mailbox:
    return Mailbox(
        address="pomoc@helpdesk.test",
        host="localhost",
        port=port,
        security=STARTTLS,
        ca_file=str(certificates.authority),
        user=USER,
        password=PASSWORD,
    )
