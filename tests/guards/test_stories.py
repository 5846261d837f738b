"""Each rule of delivery is told in stories that carry its number."""

import ast
import re
from pathlib import Path

STORIES = Path(__file__).parents[1] / "stories"
RULES = range(1, 15)


def number(path: Path) -> int | None:
    """The rule that the file's name gives; None for a story that goes through many rules."""
    named = re.match(r"test_(\d\d)_", path.name)
    return int(named[1]) if named else None


def test_every_rule_has_its_stories():
    assert {number(path) for path in STORIES.glob("test_*.py")} - {None} == set(RULES)


def test_a_story_says_first_which_rule_it_tells():
    for path in STORIES.glob("test_*.py"):
        words = ast.get_docstring(ast.parse(path.read_text())) or ""
        said = re.match(r"Rule (\d+)\. ", words)
        assert (int(said[1]) if said else None) == number(path), path.name
