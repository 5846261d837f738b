"""Access tokens come from the company's endpoint; a new refresh token is kept, none is ever shown."""

import logging
import stat
from dataclasses import replace

import pytest

from helpdesk.errors import MailboxError
from helpdesk.inbound.mail_oauth import access_token
from helpdesk.mailboxes import Mailbox, OAuth2
from tests.mail_servers.tokens import CLIENT, SECRET, TOKEN, company


@pytest.fixture
def endpoint(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], data_dir=tmp_path))
    with company() as running:
        running.good = {"pierwszy", "drugi"}
        yield running


def token_of(endpoint, refresh_token="pierwszy", name="microsoft", secret=SECRET):
    oauth2 = OAuth2(
        company=name,
        client_id=CLIENT,
        client_secret=secret,
        refresh_token=refresh_token,
        token_url=f"{endpoint.url}/token",
    )
    box = Mailbox(address="pomoc@helpdesk.test", host="imap.test", user="pomoc", oauth2=oauth2)
    return access_token(box, oauth2)


def test_a_refresh_token_gives_an_access_token(endpoint):
    assert token_of(endpoint) == TOKEN
    assert endpoint.asked[0]["grant_type"] == "refresh_token"


def test_an_app_of_its_own_needs_no_refresh_token(endpoint):
    assert token_of(endpoint, refresh_token="") == TOKEN
    assert (endpoint.asked[0]["grant_type"], "refresh_token" in endpoint.asked[0]) == ("client_credentials", False)


def test_a_new_refresh_token_is_used_from_then_on_and_readable_by_its_owner_alone(endpoint, tmp_path):
    endpoint.next_one = "drugi"
    token_of(endpoint)
    endpoint.good.remove("pierwszy")
    assert token_of(endpoint) == TOKEN
    [kept] = (tmp_path / "mailboxes").glob("*.token")
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("drugi", 0o600)


def test_a_refresh_token_that_is_typed_anew_counts(endpoint):
    endpoint.next_one = "drugi"
    token_of(endpoint)
    endpoint.good = {"trzeci"}
    assert token_of(endpoint, refresh_token="trzeci") == TOKEN


def test_a_refusal_is_told_by_its_code_and_shows_no_secret(endpoint, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(MailboxError) as refused:
        token_of(endpoint, secret="falszywy sekret")
    assert (refused.value.code, str(refused.value)) == ("token", "invalid_grant")
    assert "falszywy sekret" not in caplog.text and "pierwszy" not in caplog.text


def test_an_endpoint_that_does_not_answer_is_told(endpoint):
    endpoint.url = "http://127.0.0.1:1"
    with pytest.raises(MailboxError) as refused:
        token_of(endpoint)
    assert (refused.value.code, str(refused.value)) == ("token", "ConnectionError")
