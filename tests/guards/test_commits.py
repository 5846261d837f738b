"""Only `transaction()` commits; whatever happened is written whole or not at all."""

import ast
from collections.abc import Iterator
from pathlib import Path

from helpdesk.paths import PACKAGE

PLACE = "transaction.py"
# These would commit on their own: an engine's or a session's own transaction.
BEGINS = ("db.engine.begin", "engine.begin", "db.session.begin", "session.begin")


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        yield from ((where, node) for node in ast.walk(ast.parse(Path(path).read_text())))


def commits() -> list[tuple[str, int]]:
    """Where something is called that is named `commit`."""
    return [
        (where, node.lineno)
        for where, node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def test_nobody_but_the_transaction_commits():
    assert [(where, line) for where, line in commits() if where != PLACE] == []


def test_the_transaction_does_commit():
    assert [where for where, _line in commits()] == [PLACE, PLACE]


def test_nobody_begins_a_transaction_of_their_own():
    found = [
        (where, node.lineno)
        for where, node in nodes()
        if isinstance(node, ast.Attribute) and ast.unparse(node) in BEGINS
    ]
    assert found == []
