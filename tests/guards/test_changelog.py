"""Each heading of the changelog stands once, so that a new line has one place to go to."""

from helpdesk.paths import PACKAGE

CHANGELOG = PACKAGE.parent / "CHANGELOG.md"


def test_no_heading_of_a_part_stands_twice():
    _head, *parts = CHANGELOG.read_text().split("\n### ")
    assert parts
    for part in parts:
        headings = [line for line in part.splitlines()[1:] if line and not line.startswith(("-", " ", "#"))]
        assert sorted(headings) == sorted(set(headings))


def test_no_line_stands_twice():
    lines = [line for line in CHANGELOG.read_text().splitlines() if line.startswith("- ")]
    assert sorted(lines) == sorted(set(lines))
