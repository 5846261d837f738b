"""Whoever brings a mail: it is committed, or kept for a developer, or brought again."""

import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from helpdesk.cli.mail_in import mail_in
from helpdesk.errors import BadUpload
from helpdesk.extensions import db
from helpdesk.inbound import mail_door
from helpdesk.models import InboundMail
from helpdesk.models.codes import MailState
from tests.drafts import at_once
from tests.inbound.mails import raw_mail

JAN = "jan@modrzewie.test"


def rows():
    db.session.rollback()
    return list(db.session.scalars(sa.select(InboundMail)))


def piped(app, raw):
    return CliRunner().invoke(
        mail_in, ["--mailbox", "pomoc@helpdesk.test"], input=raw, obj=ScriptInfo(create_app=lambda: app)
    )


def test_a_mail_in_the_pipe_is_taken_in_once(app, cast):
    raw = raw_mail(JAN)
    results = [piped(app, raw) for _ in range(2)]
    assert [(result.exit_code, result.output.strip()) for result in results] == [(0, "taken")] * 2
    assert [row.mailbox for row in rows()] == ["pomoc@helpdesk.test"]


def test_nothing_in_the_pipe_is_no_mail(app, cast):
    assert piped(app, b"\n").exit_code == 65


@pytest.mark.parametrize("away", [OperationalError("", {}, Exception("away")), BadUpload("not_stored")])
def test_what_will_pass_makes_the_server_try_again(app, cast, monkeypatch, away):
    def breaks(*_mail):
        raise away

    monkeypatch.setattr(mail_door, "take_in", breaks)
    assert piped(app, raw_mail(JAN)).exit_code == 75
    assert rows() == []


def test_no_database_makes_the_server_try_again(tmp_path):
    environment = {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    command = [sys.executable, "-m", "helpdesk", "mail-in"]
    done = subprocess.run(command, input=raw_mail(JAN), env=environment, capture_output=True, check=False)
    assert done.returncode == 75


def test_a_mail_that_breaks_the_program_is_kept(app, cast, monkeypatch):
    def breaks(*_mail):
        raise RuntimeError

    monkeypatch.setattr(mail_door, "take_in", breaks)
    states = [mail_door.let_in(raw_mail(JAN)) for _ in range(2)]
    assert states == [MailState.BROKEN] * 2
    assert [row.reason for row in rows()] == ["RuntimeError"]


def test_two_who_bring_the_same_mail_at_once_open_one_ticket(app, cast):
    raw = raw_mail(JAN)
    assert at_once(app, *[lambda: mail_door.let_in(raw)] * 3) == [MailState.TAKEN] * 3
    assert len(rows()) == 1


def test_a_full_disk_takes_no_mail(app, cast, monkeypatch, tmp_path):
    (tmp_path / "uploads").write_text("not a folder")
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], data_dir=tmp_path))
    assert piped(app, raw_mail(JAN)).exit_code == 75
