"""The summaries are compared with a full recount, at night or by `helpdesk recount`, and mended."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from helpdesk import clock, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.reports import recount
from helpdesk.reports.counting import Change, take_turn
from helpdesk.reports.tally import Slot, Tally
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
AT_HOUR = 3  # local; a night that was missed is made up for
EXAMPLES = 20
W = TypeVar("W")
Wrong = Mapping[Slot, tuple[Tally, Tally]]


@dataclass
class Found:
    """How many tickets were counted wrongly, how many summaries say something wrong; some of them in words."""

    tickets: int = 0
    figures: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.tickets and not self.figures

    def tell(self, examples: Iterable[str]) -> None:
        self.examples += islice(examples, EXAMPLES - len(self.examples))


def compare() -> Found:
    """What is wrong; nothing is changed."""
    return _look(lambda _changes: None, lambda _wrong: None)


def repair() -> Found:
    """What was wrong and is right now."""
    return _look(recount.count_anew, recount.set_right)


def nightly() -> None:
    """Once a night; whoever looks at the health page learns of what was wrong. The first time, and the first after
    an update that keeps more summaries, it fills in what there was not."""
    now, zone = clock.now().astimezone(settings().zone), settings().zone
    before = signs.seen_at(signs.RECOUNT)
    if before is not None and (now.hour < AT_HOUR or before.astimezone(zone).date() == now.date()):
        return
    found = repair()
    signs.note(signs.RECOUNT, signs.ALWAYS)
    if before is not None and not found.is_right:
        signs.note(signs.MISCOUNT, signs.ALWAYS)
        log.error("summaries were wrong and have been mended: %s", "; ".join(found.examples))


def _look(mend_tickets: Callable[[Sequence[Change]], None], mend_figures: Callable[[Wrong], None]) -> Found:
    found = Found()
    for span in list(recount.spans_of_tickets()):
        changes = _for_certain(partial(recount.wrong_tickets, *span), mend_tickets)
        found.tickets += len(changes)
        found.tell(f"ticket {_id(change)}: {_words(change)}" for change in changes)
    for portion in list(recount.portions()):
        wrong = _for_certain(partial(recount.wrong_figures, portion), mend_figures)
        found.figures += len(wrong)
        found.tell(_line(slot, *wrong[slot]) for slot in sorted(wrong))
    return found


def _for_certain(look: Callable[[], W], mend: Callable[[W], None]) -> W:
    """What is wrong. The first look takes seconds where there are millions of tickets, so nobody waits for it; what
    it finds is looked at again while nobody else folds, and mended."""
    wrong = look()
    db.session.rollback()  # the next look sees what has come since
    if wrong:
        with transaction():
            take_turn()
            wrong = look()
            mend(wrong)
    return wrong


def _id(change: Change) -> int:
    return next(fact.ticket_id for fact in change if fact)


def _words(change: Change) -> str:
    before, now = change
    return "not counted" if before is None else "counted, and gone" if now is None else "counted otherwise"


def _line(slot: Slot, said: Tally, right: Tally) -> str:
    kind, key, grain, day = slot
    names = sorted(name for name in said.keys() | right.keys() if said[name] != right[name])
    differences = ", ".join(f"{name} {said[name]} instead of {right[name]}" for name in names[:3])
    return f"{kind} {key} {grain} {day}: {differences}".replace("  ", " ")
