"""The named moments at which a worker may die while it fetches a mail, marked as in chaos/moments.py."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from imaplib import IMAP4
from typing import Any

from imap_tools import BaseMailBox

from chaos.moments import ANYWHERE, Function, Passes, here
from helpdesk.inbound import mail_door, mail_fetch
from helpdesk.inbound.mailbox import Inbox

FETCHED = "fetched, not yet let in"
BEFORE_COMMIT = "let in, before the commit"
COMMITTED = "committed, not yet moved"
MOVE_SENT = "MOVE sent, not yet answered"
COPIED = "copied, not yet marked as deleted"
MARKED = "marked as deleted, not yet expunged"
MOVED = "moved, before the next"
MOMENTS = (FETCHED, BEFORE_COMMIT, COMMITTED, MOVE_SENT, COPIED, MARKED, MOVED, ANYWHERE)
WITHOUT_MOVE = (COPIED, MARKED)


def wrap_all(passes: Passes, *, armed_for: str) -> None:
    """Call `passes(moment)` whenever this process comes to one of the moments. For two of them the server has no
    MOVE."""
    _replace(mail_fetch, "let_in", partial(_around, passes, FETCHED, COMMITTED))
    _replace(mail_door, "transaction", partial(_in_transaction, passes))
    _replace(Inbox, "move", partial(_moving, passes, armed_for in WITHOUT_MOVE))
    _replace(IMAP4, "_command_complete", partial(_sent, passes))
    _replace(BaseMailBox, "copy", partial(_around, passes, "", COPIED))
    _replace(BaseMailBox, "expunge", partial(_around, passes, MARKED, ""))


def _replace(owner: Any, name: str, wrapper: Callable[[Function], Function]) -> None:
    setattr(owner, name, wrapper(getattr(owner, name)))


def _around(passes: Passes, before: str, after: str, original: Function) -> Function:
    def around(*args: Any, **more: Any) -> Any:
        passes(before)
        given = original(*args, **more)
        passes(after)
        return given

    return around


def _in_transaction(passes: Passes, original: Callable[[], AbstractContextManager[None]]) -> Function:
    @contextmanager
    def watched() -> Iterator[None]:
        with original():
            yield
            passes(BEFORE_COMMIT)

    return watched


def _moving(passes: Passes, takes_move_away: bool, original: Function) -> Function:
    def move(inbox: Inbox, uid: str, folder: str) -> None:
        client = inbox._box.client
        if takes_move_away:
            client.capabilities = tuple(each for each in client.capabilities if each != "MOVE")
        here.is_moving = not takes_move_away
        original(inbox, uid, folder)
        here.is_moving = False
        passes(MOVED)

    return move


def _sent(passes: Passes, original: Function) -> Function:
    def complete(client: IMAP4, name: str, tag: Any) -> Any:
        if getattr(here, "is_moving", False):
            passes(MOVE_SENT)
        return original(client, name, tag)

    return complete
