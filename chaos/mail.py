"""Workers that fetch mails are killed, again and again: each mail is in one ticket, once, and none is left.

A mail that kills its fetcher twice is set aside, so a bomb lets the first mail of each life pass.
"""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from random import Random

import sqlalchemy as sa

from chaos import journal, mail_moments, process
from chaos.bomb import Bomb, Fuse
from chaos.certificates import make_certificates
from chaos.imap_server import Server, pymap
from chaos.mail_moments import FETCHED, MOMENTS
from chaos.mail_world import add_writers, write
from chaos.moments import ANYWHERE
from chaos.stage import POSTGRESQL, SQLITE, Stage, stage
from helpdesk import serve
from helpdesk.extensions import db
from helpdesk.inbound import fetchers
from helpdesk.models import InboundMail, Ticket
from helpdesk.single import only_one

KILLS = 100
WORKERS = {SQLITE: 1, POSTGRESQL: 2}
ENOUGH = 40  # mails that wait at any time
PATIENCE = 30.0
SETTLE_SECONDS = 120.0
SHOWN = 5


@dataclass(frozen=True)
class Found:
    """What the mails became: tickets by subject, states of their rows, mails in the inbox, done, and problems."""

    tickets: Counter[str]
    states: Counter[str]
    folders: tuple[int, int, int]


@dataclass(frozen=True)
class Verdict:
    lost: list[str]
    twice: list[str]
    is_kept: bool


def run(kills: int = KILLS) -> bool:
    """On both databases, half of the kills each."""
    kept = [_on(kind, kills - kills // 2 if kind == SQLITE else kills // 2) for kind in WORKERS]
    return all(kept)


def _on(kind: str, kills: int) -> bool:
    with stage(kind) as bare, pymap(make_certificates(bare.folder), bare.folder) as server:
        box = server.mailbox
        settings = replace(bare.settings, mailboxes_file=(box,), mail_in_address=box.address)
        scene = replace(bare, settings=settings)
        process.ask(scene.log, add_writers, scene)
        killer = Killer(scene, server, WORKERS[kind], Random(kills))
        killer.kill(kills)
        killer.drain()
        tickets, states = process.ask(scene.log, collect, scene)
        found = Found(tickets, states, server.count())
        verdict = judge(killer.sent, found)
        _print(kind, killer.kills(), killer.sent, found, verdict)
        return verdict.is_kept and killer.kills().total() >= kills


class Killer:
    """Keeps armed workers running and the mailbox filled."""

    def __init__(self, scene: Stage, server: Server, workers: int, dice: Random) -> None:
        self._scene, self._server, self._workers, self._dice = scene, server, workers, dice
        self._running: dict[int, tuple[Bomb | None, float]] = {}
        self._numbers = count(1)
        self.sent: list[str] = []

    def kill(self, kills: int) -> None:
        """Until so many were killed."""
        while sum(self.kills().values()) < kills:
            self._fill()
            while len(self._running) < self._workers:
                self._start(self._next_bomb())
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                self._watch()
                time.sleep(0.005)
        for child in self._running:
            process.end(child)
        self._running.clear()

    def drain(self) -> None:
        """Workers go on undisturbed until the inbox is empty."""
        for _ in range(self._workers):
            self._start(None)
        until = time.monotonic() + SETTLE_SECONDS
        while self._server.count()[0] and time.monotonic() < until:
            time.sleep(0.5)
        for child in self._running:
            process.end(child)

    def kills(self) -> Counter[str]:
        return Counter(line["moment"] for line in journal.read(self._scene.killed))

    def _fill(self) -> None:
        missing = ENOUGH - self._server.count()[0]
        mails = [write(next(self._numbers)) for _ in range(max(0, missing))]
        self._server.put(*(raw for _subject, raw in mails))
        self.sent += [subject for subject, _raw in mails]

    def _start(self, bomb: Bomb | None) -> None:
        child = process.spawn(self._scene.log, run_worker, self._scene, bomb)
        self._running[child] = bomb, time.monotonic() + PATIENCE

    def _watch(self) -> None:
        at_work = {line["pid"] for line in journal.read(self._scene.folder / "at-work")}
        for child, (bomb, until) in list(self._running.items()):
            if bomb and ((bomb.moment == ANYWHERE and child in at_work) or time.monotonic() > until):
                time.sleep(self._dice.uniform(0, 0.3))
                journal.note(self._scene.killed, moment=ANYWHERE)
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            elif not process.is_over(child):
                continue
            del self._running[child]

    def _next_bomb(self) -> Bomb:
        done = self.kills() + Counter(bomb.moment for bomb, _ in self._running.values() if bomb)
        fewest = min(done[moment] for moment in MOMENTS)
        moment = self._dice.choice([moment for moment in MOMENTS if done[moment] == fewest])
        return Bomb(moment, self._dice.randint(2, 5))


def run_worker(scene: Stage, bomb: Bomb | None) -> None:
    """What `helpdesk worker` runs, until SIGTERM or the bomb."""
    fetchers.OTHERS_SECONDS = fetchers.FIRST_PAUSE = 0.1
    fuse = Fuse(bomb, scene.killed)
    mail_moments.wrap_all(partial(_passes, fuse, scene, count()), armed_for=bomb.moment if bomb else "")
    serve.set_up_logging()
    with only_one(scene.settings.database_url), serve.background(scene.app()):
        serve.wait_for_signal()


def _passes(fuse: Fuse, scene: Stage, fetched: "count[int]", moment: str) -> None:
    """From the second mail on it is said that this process is at work."""
    if moment == FETCHED and next(fetched) == 1:
        journal.note(scene.folder / "at-work", pid=os.getpid())
    fuse.passes(moment)


def collect(scene: Stage) -> tuple[Counter[str], Counter[str]]:
    """Tickets by subject, and the states of mails."""
    with scene.app().app_context():
        tickets = Counter(db.session.scalars(sa.select(Ticket.summary)))
        states = Counter(str(state) for state in db.session.scalars(sa.select(InboundMail.state)))
        return tickets, states


def judge(sent: list[str], found: Found) -> Verdict:
    """Pure: every mail is in exactly one ticket, nothing is anywhere else."""
    lost = [subject for subject in sent if not found.tickets[subject]]
    twice = [subject for subject, times in found.tickets.items() if times > 1]
    strangers = [subject for subject in found.tickets if subject not in sent]
    inbox, _done, problems = found.folders
    is_clean = not (lost or twice or strangers or inbox or problems)
    return Verdict(lost, twice, is_kept=is_clean and found.states == {"taken": len(sent)})


def _print(kind: str, killed: Counter[str], sent: list[str], found: Found, verdict: Verdict) -> None:
    inbox, done, problems = found.folders
    print(f"  {kind}, {WORKERS[kind]} worker(s): {sum(killed.values())} kills")
    for moment in MOMENTS:
        print(f"    {killed[moment]:5}  {moment}")
    print(
        f"  {kind:34} {len(sent):5} mails, {found.tickets.total():5} tickets"
        f" {len(verdict.lost):3} lost {len(verdict.twice):3} twice   ({inbox} left in the inbox,"
        f" {problems} set aside, {done} in the folder of done ones)"
    )
    for word, subjects in (("lost", verdict.lost), ("twice", verdict.twice)):
        for subject in subjects[:SHOWN]:
            print(f"      {word}: {subject}")
