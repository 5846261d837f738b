"""Decisions are numbered in a row, and the index names them all."""

import re

from helpdesk.paths import PACKAGE

FOLDER = PACKAGE.parent / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))


def headings():
    return [re.match(r"# (\d+)\. (.+)\n", page.read_text()).groups() for page in PAGES]


def test_numbers_follow_each_other_and_stand_in_file_and_heading():
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))
    assert [int(number) for number, _title in headings()] == list(range(1, len(PAGES) + 1))


def test_the_index_names_every_decision_by_its_title():
    index = (FOLDER / "README.md").read_text()
    rows = re.findall(r"\| (\d+) \| \[(.+)\]\((.+)\) \|", index)
    assert rows == [(*heading, page.name) for heading, page in zip(headings(), PAGES, strict=True)]
