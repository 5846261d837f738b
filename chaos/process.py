"""Forked children of one parent that has everything imported, no threads and no database engine: cheap to start."""

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def spawn(log: Path, act: Callable[P, object], *args: P.args, **more: P.kwargs) -> int:
    """Run `act` in a child, its output in `log`; its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _write_to(log)
        act(*args, **more)
        status = 0
    except SystemExit:
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def ask(log: Path, question: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """What a child answers: the parent itself never opens a database."""
    reader, writer = os.pipe()

    def answer() -> None:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(question(*args, **more), pipe)

    child = spawn(log, answer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if not said:
        raise RuntimeError("a child gave no answer:\n" + log.read_text()[-3000:])
    answered: Any = pickle.loads(said)
    return answered  # type: ignore[no-any-return]


def end(child: int) -> None:
    """SIGTERM, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)


def is_over(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG)[0] != 0


class Ended:
    """True once SIGTERM has come: for loops that end by themselves."""

    def __init__(self) -> None:
        self._has_come = False
        signal.signal(signal.SIGTERM, self._note)

    def __bool__(self) -> bool:
        return self._has_come

    def _note(self, *_: object) -> None:
        self._has_come = True


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
