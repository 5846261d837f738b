"""Real mail servers in TLS."""

from dataclasses import replace

import pytest

from chaos.certificates import make_certificates
from chaos.imap_server import pymap


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def pymap_server(certificates, tmp_path_factory):
    with pymap(certificates, tmp_path_factory.mktemp("pymap")) as running:
        yield running


@pytest.fixture
def server(pymap_server):
    yield pymap_server
    pymap_server.empty()


@pytest.fixture
def mailbox(app, server, monkeypatch):
    """The server's mailbox, in the settings of the house."""
    settings = replace(
        app.config["SETTINGS"], mail_in_address=server.mailbox.address, mailboxes_file=(server.mailbox,)
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return server.mailbox
