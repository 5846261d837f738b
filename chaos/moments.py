"""The named moments at which a worker may die, and the functions of the program that mark them.

They are wrapped from outside, in the worker's process (chaos/launcher.py); the program holds no hook. When the
program is restructured, only this file changes.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from threading import local
from time import monotonic
from typing import Any

BEFORE_CLAIM = "before the claim commits"
AFTER_CLAIM = "after the claim committed"
BEFORE_POST = "before the POST"
STORED = "stored by the provider, not answered"
ANSWERED = "answered, not yet noted"
BEFORE_RESULT = "before the result commits"
BEFORE_ASKING = "reconciling: before asking"
ASKED = "reconciling: after asking"
BEFORE_FINDING = "reconciling: before its commit"
ANYWHERE = "anywhere, from outside"
MOMENTS = (
    BEFORE_CLAIM,
    AFTER_CLAIM,
    BEFORE_POST,
    STORED,
    ANSWERED,
    BEFORE_RESULT,
    BEFORE_ASKING,
    ASKED,
    BEFORE_FINDING,
    ANYWHERE,
)
# Nothing comes to these unless a kill has left something in doubt, and then mostly once.
RECONCILING = (BEFORE_ASKING, ASKED, BEFORE_FINDING)
LEAVES_DOUBT = (AFTER_CLAIM, BEFORE_POST, STORED, ANSWERED, BEFORE_RESULT)

Passes = Callable[[str], None]
Function = Callable[..., Any]
# What the present transaction of this thread is about, when its claim was committed, and whether it has asked.
here = local()

# A call of these that gives something back marks what the transaction around it is about.
MARKS = (
    ("helpdesk.outbox", "claim", "claim"),
    ("helpdesk.notify.outcome", "accepted", "result"),
    ("helpdesk.notify.outcome", "refused", "result"),
)
# The modules whose transactions are watched.
WATCHED = ("helpdesk.notify.worker", "helpdesk.notify.held_up", "helpdesk.notify.reconcile")
BEFORE_COMMIT = {"claim": BEFORE_CLAIM, "result": BEFORE_RESULT, "asked": BEFORE_FINDING}
AFTER_COMMIT = {"claim": AFTER_CLAIM}
CLIENT = ("helpdesk.notify.twilio", "ApiClient", "request")


def wrap_all(passes: Passes) -> None:
    """Call `passes(moment)` whenever this process comes to one of the moments."""
    for module, name, about in MARKS:
        _replace(import_module(module), name, partial(_marking, about))
    for module in WATCHED:
        _replace(import_module(module), "transaction", partial(_watching, passes))
    module, owner, method = CLIENT
    _replace(getattr(import_module(module), owner), method, partial(_requesting, passes))


def _replace(owner: Any, name: str, wrapper: Callable[[Function], Function]) -> None:
    """Raises AttributeError when the program has no such function any more: this file must follow it."""
    setattr(owner, name, wrapper(getattr(owner, name)))


def _marking(about: str, original: Function) -> Function:
    def marked(*args: Any, **more: Any) -> Any:
        given = original(*args, **more)
        if about != "claim" or given:
            here.about = about
        return given

    return marked


def _watching(passes: Passes, original: Callable[[], AbstractContextManager[None]]) -> Function:
    @contextmanager
    def watched() -> Iterator[None]:
        here.about = ""
        with original():
            yield
            about = here.about or ("asked" if getattr(here, "has_asked", False) else "")
            passes(BEFORE_COMMIT.get(about, ""))
        here.has_asked = False
        here.committed_at = monotonic()
        passes(AFTER_COMMIT.get(about, ""))

    return watched


def _requesting(passes: Passes, original: Function) -> Function:
    def request(client: Any, method: str, url: str, **rest: Any) -> Any:
        asks = method.upper() == "GET" and url.endswith(("/Messages.json", "/Calls.json"))
        posts = method.upper() == "POST"
        passes(BEFORE_ASKING if asks else BEFORE_POST if posts else "")
        if posts:
            passes(STORED)  # the bomb only lights the fuse: the provider kills
        answer = original(client, method, url, **rest)
        here.has_asked = asks
        passes(ASKED if asks else ANSWERED if posts else "")
        return answer

    return request
