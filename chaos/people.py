"""The story: people file urgent tickets; some are acknowledged soon, some when the call is due, some never.

Each runs in its own process, with its own transactions, as the web side does.
"""

import heapq
import time
from random import Random

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from chaos import journal
from chaos.process import Ended
from chaos.stage import Stage
from chaos.world import GMINAS
from helpdesk.errors import HelpdeskError
from helpdesk.extensions import db
from helpdesk.models import Ticket, Unit, User
from helpdesk.models.codes import AckVia, Category, Priority
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import release, transaction

# Real seconds after the filing: before the SMS, before and after the call. Not on the fast clock: the instant
# between a claim and its POST is not faster either.
ANSWERED_WITHIN = 20.0
ANSWERED_SHARE = 0.4


def file_tickets(stage: Stage, per_second: float, seed: int = 1, most: int = 1_000_000) -> None:
    """Until SIGTERM, or so many; what was committed is written into the journal, and nothing else."""
    ended, dice, app = Ended(), Random(seed), stage.app()
    for _ in range(most):
        if ended:
            return
        with app.app_context():
            _file(stage, dice.randrange(GMINAS))
            release()
        time.sleep(dice.expovariate(per_second))


def _file(stage: Stage, gmina: int) -> None:
    try:
        with transaction():
            unit = db.session.scalars(sa.select(Unit).order_by(Unit.id).offset(gmina).limit(1)).one()
            ticket = open_ticket(_draft(unit))
            filed = ticket.id
    except SQLAlchemyError as away:
        print(f"not filed: {type(away).__name__}", flush=True)
        time.sleep(0.2)
    else:
        journal.note(stage.filed, ticket=filed, at=time.monotonic())


def _draft(unit: Unit) -> TicketDraft:
    return TicketDraft(
        unit=unit,
        category=Category.HATE,
        priority=Priority.URGENT,
        summary="Obraźliwe wpisy pod ogłoszeniem",
        reporter=Reporter("Jan Testowy", f"+4850000{5000 + unit.id:04}"),
    )


def answer_alerts(stage: Stage, seed: int = 2) -> None:
    """Until SIGTERM: acknowledge what was filed, at random moments; the time is taken after the commit returned."""
    ended, dice, app = Ended(), Random(seed), stage.app()
    waiting: list[tuple[float, int]] = []
    known = 0
    while not ended:
        lines = journal.read(stage.filed)
        for line in lines[known:]:
            if dice.random() < ANSWERED_SHARE:
                heapq.heappush(waiting, (line["at"] + dice.uniform(0, ANSWERED_WITHIN), line["ticket"]))
        known = len(lines)
        while waiting and waiting[0][0] <= time.monotonic():
            with app.app_context():
                _acknowledge(stage, heapq.heappop(waiting)[1])
                release()
        time.sleep(0.005)


def _acknowledge(stage: Stage, ticket_id: int) -> None:
    try:
        with transaction():
            ticket = db.session.get_one(Ticket, ticket_id)
            by = db.session.scalars(sa.select(User).order_by(User.id).limit(1)).one()
            is_first = acknowledge(ticket, by, AckVia.PAGE).is_first
    except (SQLAlchemyError, HelpdeskError) as refused:
        print(f"not acknowledged: {type(refused).__name__}", flush=True)
        return
    if is_first:
        journal.note(stage.acknowledged, ticket=ticket_id, at=time.monotonic())
