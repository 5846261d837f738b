"""Is everything in order? What the database can tell, quickly and without the network: for the health page,
for monitors and for `helpdesk doctor`. Each answer is a sentence that says what is so, or what to do.
"""

from collections.abc import Callable

from helpdesk.health import clocks, disk, duty, mailboxes, mails, program, providers
from helpdesk.health.check import Check

CHECKS: tuple[Callable[[], Check], ...] = (
    program.worker,
    program.scheduler,
    program.queue,
    program.steps,
    clocks.agree,
    program.notices,
    duty.alerts,
    duty.arrived,
    providers.channels,
    providers.circuits,
    providers.webhook,
    providers.doubt,
    providers.set_up,
    providers.balance,
    program.poisoned,
    providers.provider,
    duty.on_call,
    duty.reachable,
    duty.plan,
    duty.managers,
    duty.administrators,
    duty.tested,
    disk.uploads,
    mails.waiting,
    mails.held_back,
    mailboxes.fetched,
    program.figures,
    program.monitor,
)
# Without these no alert gets out, whatever else is in order.
VITAL = (program.worker, program.scheduler, program.queue, program.steps, providers.ways_out, duty.arrived)


def checks() -> list[Check]:
    """All that can be checked in the database; when it does not answer or is outdated, only that."""
    first = program.database()
    return [first, *(check() for check in CHECKS)] if first.ok else [first]


def readiness() -> list[Check]:
    """What a load balancer wants to know: may this installation be sent requests?"""
    first = program.database()
    return [first, program.worker()] if first.ok else [first]


def vital_signs() -> list[Check]:
    """Do alerts get out?"""
    first = program.database()
    return [first, *(check() for check in VITAL)] if first.ok else [first]
