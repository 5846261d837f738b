"""The dashboard and the desk with 1,000, 10,000 and 100,000 tickets: the whole answer, in this process."""

import time
from statistics import median

import sqlalchemy as sa
from flask import Flask

from benchmarks.stage import DATABASES, stage
from benchmarks.world import fill
from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Role, Ticket, User
from helpdesk.models.codes import RoleName

SIZES = (1_000, 10_000, 100_000)
PAGES = {"dashboard": "/dashboard?period=30", "dashboard 90 d": "/dashboard?period=90", "desk": "/desk"}
TIMES = 9


def run() -> None:
    print(f"median of {TIMES} requests, signed in as the manager")
    for kind in DATABASES:
        with stage(kind) as world:
            for size in SIZES:
                with world.app.app_context():
                    fill(size - db.session.scalar(sa.select(sa.func.count(Ticket.id))))
                times = {name: _median(world.app, path) for name, path in PAGES.items()}
                figures = "   ".join(f"{name} {seconds * 1000:7.1f} ms" for name, seconds in times.items())
                print(f"  {kind:10} {size:7,} tickets   {figures}")


def _median(app: Flask, path: str) -> float:
    client = app.test_client()
    with app.app_context():
        manager = db.session.scalars(sa.select(User).where(User.roles.any(Role.name == RoleName.MANAGER))).first()
    with client.session_transaction() as session:
        session.update(_user_id=manager.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=clock.now().timestamp())
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer = client.get(path)
        taken.append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return median(taken[1:])
