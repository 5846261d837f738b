"""Only `transaction()` commits and rolls back; whatever happened is written whole or not at all."""

import ast
from pathlib import Path

from helpdesk.paths import PACKAGE

ENDS = ("commit", "rollback")
# Where it may be said, and why.
ALLOWED = {
    ("transaction.py", "commit"),
    ("transaction.py", "rollback"),
    ("notify/worker.py", "rollback"),  # a poisoned row has broken the session; it is set aside in a new transaction
    ("migrations/env.py", "rollback"),  # Alembic's own connection
}


def endings(path: Path) -> list[tuple[str, str, int]]:
    """Calls of .commit(), .rollback() and .begin() that are not on a cursor of the standard library."""
    where = path.relative_to(PACKAGE).as_posix()
    return [
        (where, node.func.attr, node.lineno)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDS
    ]


def test_nobody_but_the_transaction_commits():
    found = [end for path in sorted(PACKAGE.rglob("*.py")) for end in endings(path)]
    assert [end for end in found if end[:2] not in ALLOWED] == []


def test_the_list_of_exceptions_has_no_stale_entry():
    found = {end[:2] for path in PACKAGE.rglob("*.py") for end in endings(path)}
    assert found >= ALLOWED


def test_no_row_is_written_past_the_session():
    """An engine's own connection that begins a transaction would commit on its own."""
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("db.engine.begin", "engine.begin")
    ]
    assert found == []
