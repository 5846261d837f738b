"""Forked children of one parent that has everything imported, no threads and no database engine: cheap to start."""

import ctypes
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

PR_SET_PDEATHSIG = 1
P = ParamSpec("P")
T = TypeVar("T")
Question = Callable[[], T]


def spawn(log: Path, act: Callable[P, object], *args: P.args, **more: P.kwargs) -> int:
    """Run `act` in a child, its output in `log`; its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        _die_with_the_parent()
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


def ask_side_by_side(questions: "list[tuple[str, Question[T]]]", at_once: int) -> list[tuple[str, T]]:
    """Answers in the order of the questions, so many at a time. A question is played in a child of its own."""
    with tempfile.TemporaryDirectory() as folder:
        running: set[int] = set()
        for number, (_name, question) in enumerate(questions):
            while len(running) >= at_once:
                running.remove(_next_to_end(running))
            running.add(spawn(Path(folder) / f"{number}.log", _answer, question, Path(folder) / str(number)))
        while running:
            running.remove(_next_to_end(running))
        return [(name, _answered(Path(folder) / str(number))) for number, (name, _) in enumerate(questions)]


def _next_to_end(running: set[int]) -> int:
    while True:
        for child in running:
            if is_over(child):
                return child
        time.sleep(0.05)


def _answer(question: "Question[Any]", file: Path) -> None:
    file.write_bytes(pickle.dumps(question()))


def _answered(file: Path) -> Any:
    if not file.exists():
        raise RuntimeError("a child gave no answer:\n" + file.with_suffix(".log").read_text()[-3000:])
    return pickle.loads(file.read_bytes())


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


def _die_with_the_parent() -> None:
    """Whatever becomes of the parent, no worker is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
