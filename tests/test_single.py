"""Two programs at once on one SQLite file are refused; PostgreSQL takes as many as wanted."""

import subprocess
import sys

import pytest

from helpdesk.errors import BadSetting
from helpdesk.single import only_one

CRASHES = "import os, sys; from helpdesk.single import only_one; only_one(sys.argv[1]).__enter__(); os._exit(9)"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'data' / 'helpdesk.sqlite3'}"


def test_a_second_start_on_the_same_sqlite_database_is_refused_in_one_sentence(url):
    with only_one(url), pytest.raises(BadSetting, match=r"^Helpdesk runs already on \S+sqlite3: stop it first"):
        only_one(url).__enter__()


def test_after_the_first_has_ended_the_next_may_start(url):
    with only_one(url):
        pass
    with only_one(url):
        pass


def test_a_crash_leaves_the_way_free(url):
    crashed = subprocess.run([sys.executable, "-c", CRASHES, url], check=False)
    assert crashed.returncode == 9
    with only_one(url):
        pass


def test_another_database_is_another_matter(url, tmp_path):
    with only_one(url), only_one(f"sqlite:///{tmp_path / 'other.sqlite3'}"):
        pass


@pytest.mark.parametrize("shared", ["postgresql+psycopg://helpdesk@db.test/helpdesk", "sqlite:///:memory:"])
def test_a_database_server_takes_as_many_as_wanted(shared):
    with only_one(shared), only_one(shared):
        pass
