"""Imports follow the layers; what touches the outside is imported in one place."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from helpdesk.paths import PACKAGE

# Lowest first. A module imports its own layer and lower ones. A package stands for all of its modules;
# a module named itself beats its package.
LAYERS = {
    "foundation": """
        base clock config errors extensions i18n mail_ids mailboxes paths phone outage setting_values
        signin.identities signin.onetime single tokens transaction
    """,
    "models": "models schema",
    "words": """
        attachment_words attempt_words clock_words contact_words further_words labels mailbox_words
        participant_words question_labels sentences warning_words
    """,
    "rules": """
        api_tokens hotline idempotency mail_rate oncall outbox people quiet reports sla tickets users wake wanted
    """,
    "notify": "health inbound monthly notify signs",
    "entry points": "demo doctor exporting forms jobs metrics migrations.env recount routes serve signin simulator",
    "app": "__main__ app cli",
}
NAMES = tuple(LAYERS)
RANK = {"": 0} | {module: rank for rank, modules in enumerate(LAYERS.values()) for module in modules.split()}
# A module of ours may be used for types alone where the database's relations go both ways.
TYPES_ONLY = {("models.ticket", "models.sla")}
TWIML = (
    "inbound.calls",
    "inbound.code_call",
    "inbound.duty_test_call",
    "inbound.hotline",
    "inbound.speech",
    "routes.twilio_hooks",
)
ONLY_IN = {
    "twilio": ("notify.twilio", "simulator", *TWIML),
    "twilio.rest": ("notify.twilio",),
    "smsapi": ("notify.smsapi",),
    "apscheduler": ("jobs", "serve"),
    "waitress": ("serve",),
    "typst": ("monthly.pdf",),
    "smtplib": ("notify.email", "doctor"),
    "flask_mail": ("extensions", "notify.email"),
    "imaplib": ("inbound.mailbox",),
    "imap_tools": ("inbound.mailbox",),
}
# Rules know no request, no provider and no translation.
TRANSLATION = tuple(f"flask_babel.{name}" for name in ("gettext", "lazy_gettext", "ngettext", "force_locale"))
NOT_IN_RULES = ("flask", *TRANSLATION, "flask_login", "requests", "smsapi", "twilio", "wtforms")
RULES = (
    "hotline",
    "mail_rate",
    "oncall",
    "outbox",
    "people",
    "quiet",
    "reports",
    "sla",
    "tickets",
    "wake",
    "wanted",
)


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module, by its name without "helpdesk."."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if "versions" not in parts:
            found[".".join(part for part in parts if part != "__init__")] = ast.parse(path.read_text())
    return found


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported name with the line: "helpdesk.clock", "helpdesk.clock.now", "twilio.rest.Client"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def own_imports(name: str) -> Iterator[tuple[str, int]]:
    """The modules of ours that a module imports."""
    for imported, line in imports(modules()[name]):
        if is_within(imported, ("helpdesk",)):
            module = imported.removeprefix("helpdesk").removeprefix(".")
            yield (module if module in modules() else module.rpartition(".")[0]), line


def rank(name: str) -> int:
    parts = name.split(".")
    return next(RANK[key] for key in (".".join(parts[:n]) for n in range(len(parts), 0, -1)) if key in RANK)


def is_within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def test_every_module_has_its_layer():
    without = [name for name in modules() if not is_within(name, tuple(RANK))]
    assert without == []


def test_no_layer_names_a_module_that_does_not_exist():
    assert [name for name in RANK if name not in modules()] == []


@pytest.mark.parametrize("name", modules())
def test_a_module_imports_its_own_layer_and_lower_ones(name):
    higher = [
        f"{name}:{line} ({NAMES[rank(name)]}) imports {other} ({NAMES[rank(other)]})"
        for other, line in own_imports(name)
        if rank(other) > rank(name)
    ]
    assert higher == []


def test_no_two_modules_import_each_other_in_a_circle():
    graph = {
        name: {other for other, _ in own_imports(name) if (name, other) not in TYPES_ONLY} for name in modules()
    }
    while leaves := [name for name, others in graph.items() if not others - {name}]:
        graph = {name: others - set(leaves) for name, others in graph.items() if name not in leaves}
    assert graph == {}


@pytest.mark.parametrize("name", modules())
def test_no_import_inside_a_function(name):
    inside = [
        f"{name}:{node.lineno}"
        for function in ast.walk(modules()[name])
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_of_the_outside_is_imported_in_its_own_place_alone(library):
    elsewhere = [
        f"{name}:{line}"
        for name, tree in modules().items()
        for imported, line in imports(tree)
        if is_within(imported, (library,)) and not is_within(name, ONLY_IN[library])
    ]
    assert elsewhere == []


def test_rules_know_no_request_no_provider_and_no_translation():
    found = [
        f"{name}:{line} imports {imported}"
        for name, tree in modules().items()
        for imported, line in imports(tree)
        if is_within(name, RULES) and is_within(imported, NOT_IN_RULES)
    ]
    assert found == []


def attributes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Dotted names as they are written: "os.environ", "datetime.now"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("os.environ", "config"),
        ("os.getenv", "config"),
        ("datetime.now", "clock"),
        ("datetime.utcnow", "clock"),
        ("date.today", "clock"),
        ("datetime.today", "clock"),
        ("time.time", "clock"),
    ],
)
def test_the_environment_and_the_time_are_asked_in_one_place(written, place):
    elsewhere = [
        f"{name}:{line}"
        for name, tree in modules().items()
        for attribute, line in attributes(tree)
        if (attribute == written or attribute.endswith(f".{written}")) and name != place
    ]
    assert elsewhere == []


def test_every_package_is_a_package():
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {
        PACKAGE / "migrations",
        PACKAGE / "migrations/versions",
    }
    assert [str(folder) for folder in folders if not Path(folder, "__init__.py").exists()] == []
