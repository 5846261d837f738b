"""A house that takes mails in."""

from dataclasses import replace

import pytest


@pytest.fixture
def takes_mail(app, monkeypatch):
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(app.config["SETTINGS"], mail_in_address="pomoc@helpdesk.test")
    )
