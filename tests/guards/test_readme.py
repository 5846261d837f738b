"""What the README points to is there."""

import re

from helpdesk.paths import PACKAGE

ROOT = PACKAGE.parent
CODE = re.compile(r"`([^`\s]+)`")
LINK = re.compile(r"\]\(([^)#]+)")
OURS = re.compile(r"(?:helpdesk|templates|tests|docs|chaos|benchmarks)/|.*\.py$")


def named() -> list[str]:
    """Every path in the README, up to the part that stands for many: "templates/messages/" of "…/<event>.sms"."""
    text = (ROOT / "README.md").read_text()
    paths = [path for path in CODE.findall(text) if OURS.match(path)]
    return [path.partition("<")[0] for path in paths + LINK.findall(text) if "://" not in path]


def test_every_path_that_the_readme_names_exists():
    assert len(named()) > 40
    assert [path for path in named() if not (ROOT / path).exists()] == []


def test_no_question_of_where_to_change_something_stands_twice():
    table = (ROOT / "README.md").read_text().partition("## Where do I change")[2]
    questions = re.findall(r"^\| ([^|]+) \| `", table, re.MULTILINE)
    assert len(questions) > 40 and sorted(questions) == sorted(set(questions))
