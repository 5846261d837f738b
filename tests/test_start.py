"""What cannot start says why in one sentence, and sends nothing before."""

import logging
import socket
import sys

import pytest
from sqlalchemy.exc import OperationalError

from helpdesk.app import create_app
from helpdesk.cli import main
from helpdesk.config import read_settings
from helpdesk.outage import DATABASE
from helpdesk.schema import upgrade_database
from helpdesk.serve import tell_once_that_the_database_is_away
from helpdesk.setting_values import PARSERS


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Run `helpdesk` with the words; the sentence it ends with."""
    for name in PARSERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["helpdesk", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return str(ended.value)

    return run


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def test_a_worker_is_refused_on_a_database_without_tables(start):
    assert start("worker") == "The database has the schema of another version. Run: helpdesk db upgrade"


@pytest.mark.parametrize("words", ["demo load", "user list", "api-token create --name x --user a@b.test"])
def test_a_command_on_a_database_without_tables_says_what_to_run(start, words):
    assert start(*words.split()).endswith("then run: helpdesk db upgrade")


def test_a_database_that_is_away_is_one_sentence_without_its_password(start, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://helpdesk:hush-hush@127.0.0.1:1/helpdesk")
    monkeypatch.setenv("SECRET_KEY", "the same on every machine")
    sentence = start("user", "list")
    assert sentence.startswith("The database cannot be used: connection failed")
    assert "hush-hush" not in sentence and "\n" not in sentence


def test_a_folder_that_cannot_hold_the_database_is_one_sentence(start, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/helpdesk.sqlite3")
    assert start("worker").startswith(f"The database {tmp_path}/file/helpdesk.sqlite3 cannot be written: ")


def test_a_port_that_is_taken_is_one_sentence(start, taken):
    assert (
        start("run", "--port", taken) == f"Nothing can listen at 127.0.0.1, port {taken}: Address already in use."
    )


def test_a_port_that_the_simulator_cannot_have_is_one_sentence(start, taken, monkeypatch):
    monkeypatch.setenv("SIMULATOR_SMTP_PORT", taken)
    assert start("run", "--port", _free()).startswith("The simulator cannot listen: Address already in use")


def _free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def test_nobody_can_be_called_nothing(start, tmp_path):
    upgrade_database(create_app(read_settings({"DATA_DIR": str(tmp_path)})))
    assert start("user", "create", "--role", "manager", "--email", "a@b.test", "--name", " ") == "2"


@pytest.fixture
def away():
    """Records as two threads write them while the database is away."""
    DATABASE.is_over()
    error = OperationalError("SELECT 1", {}, ConnectionError("connection refused\nIs the server running?"))
    facts = (type(error), error, None)
    yield [logging.LogRecord("x", logging.ERROR, "", 1, "failed: %s", (who,), facts) for who in ("a", "b")]
    DATABASE.is_over()


def test_a_database_that_is_away_is_told_in_a_line_not_in_a_traceback(away):
    assert tell_once_that_the_database_is_away(away[0])
    assert away[0].getMessage().startswith("the database cannot be used: connection refused.")
    assert away[0].exc_info is None


def test_what_every_thread_notices_is_told_once_and_its_end_too(away):
    assert [tell_once_that_the_database_is_away(record) for record in away] == [True, False]
    assert DATABASE.is_over()
    assert not DATABASE.is_over()


def test_other_errors_are_told_each_time_and_whole():
    error = ValueError()
    record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), (ValueError, error, None))
    assert tell_once_that_the_database_is_away(record)
    assert record.exc_info is not None
