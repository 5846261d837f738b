"""Mails: how many are read per second, how long 1,000 in a mailbox take, and what one of 25 MB needs in memory."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks import mail_large
from benchmarks.far_end import far_end
from benchmarks.figures import load_average
from benchmarks.letters import large, letters
from benchmarks.processes import highest_mb, resident_mb, workers
from benchmarks.stage import DATABASES, Stage, stage
from chaos.certificates import make_certificates
from chaos.imap_server import Server, pymap
from helpdesk.extensions import db
from helpdesk.inbound.mail import read_message
from helpdesk.models import InboundMail, Role, Ticket, Unit, User
from helpdesk.models.codes import RoleName
from helpdesk.transaction import release, transaction

READ = 500
MAILS = 1_000
WRITERS = 200  # nobody writes so fast that the brakes hold
LARGE_BYTES = 25_000_000
AIM_MB = 150
PATIENCE = 1_800


def run() -> None:
    _print_reading()
    mail_large.print_memory()
    for kind in DATABASES:
        _print_fetching(kind)


def _print_reading() -> None:
    raws = list(letters(READ, _addresses()))
    start = time.process_time()
    for raw in raws:
        read_message(raw)
    spent = time.process_time() - start
    size = median(len(raw) for raw in raws) / 1000
    print(
        f"  read       {READ / spent:6.0f}/s of one processor, median {size:.0f} kB; load average {load_average()}"
    )


def _print_fetching(kind: str) -> None:
    with far_end() as far, stage(kind, far) as bare, _mailbox() as (server, path):
        world = replace(bare, environ={**bare.environ, "MAILBOXES_FILE": str(path)})
        _add_writers(world)
        server.put(*letters(MAILS, _addresses()))
        start = time.monotonic()
        with workers(world) as (pid,):
            ready = time.monotonic()
            _wait_for(world, server, MAILS, start)
            spent = time.monotonic() - start
            print(
                f"  {kind:10} {MAILS:,} mails over IMAP in TLS, one worker: {spent:5.1f} s until all are tickets"
                f" ({ready - start:.1f} s of them the start), {MAILS / spent:5.1f}/s; load average {load_average()}"
            )
            _print_large(kind, world, server, pid)


def _print_large(kind: str, world: Stage, server: Server, pid: int) -> None:
    before = resident_mb(pid)
    server.put(large(LARGE_BYTES, _addresses()[0]))
    _wait_for(world, server, MAILS + 1, time.monotonic())
    grown = highest_mb(pid) - before
    verdict = "met" if grown < AIM_MB else "MISSED"
    held = (
        f"{before:.0f} MiB before, at the highest {grown:.0f} more, after it {resident_mb(pid) - before:.0f} more"
    )
    print(
        f"  {kind:10} a mail of {LARGE_BYTES / 1e6:.0f} MB: the worker holds {held}; aim < {AIM_MB} MiB {verdict}"
    )


def _wait_for(world: Stage, server: Server, count: int, start: float) -> None:
    """Until so many tickets are there and the inbox is empty."""
    with world.app.app_context():
        while _tickets() < count:
            release()
            if time.monotonic() - start > PATIENCE:
                raise RuntimeError(f"only {_tickets()} of {count} tickets: {_states()}")
            time.sleep(0.2)
        release()
    while server.count()[0]:
        time.sleep(0.2)


def _tickets() -> int:
    """Of the mails: the demo world has others."""
    of_mails = sa.select(sa.func.count(Ticket.id)).join(InboundMail, InboundMail.ticket_id == Ticket.id)
    return db.session.scalar(of_mails.where(InboundMail.sender.endswith("@bench.test"))) or 0


def _states() -> dict[str, int]:
    query = sa.select(InboundMail.state, sa.func.count()).group_by(InboundMail.state)
    return dict(db.session.execute(query).tuples().all())


def _addresses() -> list[str]:
    return [f"autor{number}@bench.test" for number in range(WRITERS)]


def _add_writers(world: Stage) -> None:
    with world.app.app_context(), transaction():
        units = list(db.session.scalars(sa.select(Unit).order_by(Unit.id)))
        role = db.session.scalars(sa.select(Role).filter_by(name=RoleName.REPORTER)).one()
        for number, address in enumerate(_addresses()):
            person = User(name=f"Autor {number}", email=address, fs_uniquifier=f"fs-{address}", roles=[role])
            person.units = [units[number % len(units)]]
            db.session.add(person)


@contextmanager
def _mailbox() -> Iterator[tuple[Server, Path]]:
    """A server, and the file that tells the program of its mailbox."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with pymap(make_certificates(folder), folder) as server:
            path = folder / "mailboxes.toml"
            box = server.mailbox
            names = ("address", "host", "port", "security", "ca_file", "user", "password")
            lines = (f"{each} = {getattr(box, each)!r}" for each in names)
            path.write_text("[[mailbox]]\n" + "\n".join(lines) + "\n")
            yield server, path
