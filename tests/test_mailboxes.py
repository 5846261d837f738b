"""The file of mailboxes: what it may say, and that no refusal quotes a secret."""

import pytest

from helpdesk.config import read_settings
from helpdesk.errors import BadSetting

PLAIN = """
[[mailbox]]
address = "pomoc@example.pl"
host = "imap.example.pl"
password = "bardzo tajne"
"""
MICROSOFT = """
[[mailbox]]
address = "modrzewie@example.pl"
host = "outlook.office365.com"
municipality = "MOD"
[mailbox.oauth2]
company = "microsoft"
client_id = "id"
client_secret = "tajny klucz"
tenant = "example.pl"
"""
GOOGLE = MICROSOFT.replace("microsoft", "google").replace("tenant", "refresh_token")


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "mailboxes.toml"
        path.write_text(text)
        return read_settings({"DATA_DIR": str(tmp_path), "MAILBOXES_FILE": str(path)}).mailboxes

    return read


def test_what_is_not_said_is_what_most_servers_want(read):
    [box] = read(PLAIN)
    assert (box.security, box.port, box.user, box.inbox) == ("tls", 993, "pomoc@example.pl", "INBOX")
    assert read(PLAIN + 'security = "starttls"')[0].port == 143


def test_several_mailboxes_each_with_its_municipality(read):
    assert [box.municipality for box in read(PLAIN + MICROSOFT)] == ["", "MOD"]


def test_a_group_needs_its_municipality(read):
    assert read(MICROSOFT.replace('"MOD"', '"MOD"\ngroup = "Forum"'))[0].group == "Forum"
    with pytest.raises(BadSetting, match="a group needs its municipality"):
        read(PLAIN + 'group = "Forum"')


def test_an_app_of_its_own_asks_microsoft_for_itself(read):
    [box] = read(MICROSOFT)
    assert box.oauth2.url == "https://login.microsoftonline.com/example.pl/oauth2/v2.0/token"
    assert box.oauth2.form["grant_type"] == "client_credentials"
    assert box.oauth2.form["scope"] == "https://outlook.office365.com/.default"


def test_google_is_asked_with_a_refresh_token(read):
    [box] = read(GOOGLE)
    assert box.oauth2.url == "https://oauth2.googleapis.com/token"
    assert (box.oauth2.form["grant_type"], "scope" in box.oauth2.form) == ("refresh_token", False)


def test_secrets_are_shown_nowhere(read):
    shown = repr(read(PLAIN + MICROSOFT + GOOGLE.replace("modrzewie@", "brzezina@")))
    assert not any(secret in shown for secret in ("bardzo tajne", "tajny klucz", '"example.pl"'))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must hold one or several [[mailbox]]"),
        ("mailbox = 1", "must hold one or several [[mailbox]]"),
        ("[[mailbox]", "is not TOML"),
        (PLAIN + PLAIN, "names a mailbox twice"),
        (PLAIN.replace("host", "hots"), "mailbox 1: hots is not known"),
        (PLAIN.replace("host =", "user ="), "mailbox 1: host is missing"),
        (PLAIN + 'port = "993"', "port is of the wrong kind"),
        (PLAIN + 'security = "ssl"', "security must be tls or starttls"),
        (PLAIN + 'done = "INBOX"', "three folders"),
        (PLAIN + 'ca_file = "/nowhere.pem"', "ca_file must be a file that exists"),
        (PLAIN.replace("pomoc@example.pl", "pomoc"), "address must be an e-mail address"),
        (PLAIN.replace("password", "#"), "give either password or"),
        (
            MICROSOFT.replace("[mailbox.oauth2]", 'password = "tajny klucz"\n[mailbox.oauth2]'),
            "give either password",
        ),
        (MICROSOFT.replace('"microsoft"', '"yahoo"'), "company must be microsoft or google"),
        (MICROSOFT.replace('"microsoft"', '"google"'), "refresh_token is missing"),
        (PLAIN.replace("password = ", "oauth2 = "), "oauth2 is of the wrong kind"),
    ],
)
def test_a_bad_file_is_refused_with_one_sentence(read, text, sentence):
    with pytest.raises(BadSetting) as refused:
        read(text)
    assert sentence in str(refused.value)
    assert "bardzo tajne" not in str(refused.value) and "tajny klucz" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadSetting, match="must be a file that can be read"):
        read_settings({"DATA_DIR": str(tmp_path), "MAILBOXES_FILE": str(tmp_path / "nowhere")})
