"""Our mails leave over SMTP in TLS, to the server that its certificate says it is."""

import logging
from dataclasses import replace

import pytest

from chaos.certificates import make_certificates
from helpdesk.models.codes import AttemptState, Channel, Priority
from helpdesk.notify.worker import drain
from tests.drafts import attempts, opened
from tests.mail_servers.smtp import PASSWORD, USER, post_office

MAIL = (Channel.EMAIL,)


@pytest.fixture
def office(app, cast, certificates, monkeypatch):
    with post_office(certificates) as office:
        goes_to(app, monkeypatch, office, certificates.authority)
        yield office


def goes_to(app, monkeypatch, office, authority, host="localhost", password=PASSWORD):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mail_ca_file=authority))
    state = app.extensions["mail"]
    values = {"server": host, "port": office.port, "use_tls": True, "username": USER, "password": password}
    for name, value in values.items():
        monkeypatch.setattr(state, name, value)


def sent(cast):
    opened(cast, priority=Priority.NORMAL)
    drain(MAIL)
    return attempts(channel=Channel.EMAIL)[0]


def test_a_mail_leaves_in_tls(office, cast):
    assert sent(cast).state is AttemptState.SENT
    assert b"To: jan@modrzewie.test" in office.taken[0]


def test_a_server_with_a_certificate_of_somebody_else_gets_nothing(app, office, cast, tmp_path, monkeypatch):
    goes_to(app, monkeypatch, office, make_certificates(tmp_path).authority)
    assert (sent(cast).error_code, office.taken) == ("certificate", [])


def test_a_server_of_another_name_gets_nothing(app, office, cast, certificates, monkeypatch):
    goes_to(app, monkeypatch, office, certificates.authority, host="127.0.0.1")
    assert (sent(cast).error_code, office.taken) == ("certificate", [])


def test_a_wrong_password_is_told_and_written_nowhere(app, office, cast, certificates, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    goes_to(app, monkeypatch, office, certificates.authority, password="falszywe haslo")
    assert sent(cast).error_code == "535"
    assert "falszywe haslo" not in caplog.text
