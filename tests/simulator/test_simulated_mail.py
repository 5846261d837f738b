import smtplib
from email.message import EmailMessage

import pytest

from helpdesk.simulator.mail import find_links
from helpdesk.simulator.server import start_simulator

ACCOUNT = "AC" + "1" * 32


def mail(to="anna@gmina.test"):
    message = EmailMessage()
    message["From"] = "helpdesk@helpdesk.test"
    message["To"] = to
    message["Subject"] = "Zgłoszenie LEO-2026-0042 przyjęte"
    message.set_content("Zażółć gęślą jaźń: https://helpdesk.test/t/abc.")
    message.add_alternative('<p>Zażółć <a href="https://helpdesk.test/t/abc?a=1&amp;b=2">tu</a></p>', "html")
    return message


def deliver(sim, message, login=None):
    with smtplib.SMTP("127.0.0.1", sim.smtp_port, timeout=5) as smtp:
        if login:
            smtp.login(*login)
        smtp.send_message(message)


def test_mail_lands_in_the_mailbox_of_its_recipient(sim):
    deliver(sim, mail())
    (found,) = sim.mails_to("Anna@gmina.test")
    assert found.subject == "Zgłoszenie LEO-2026-0042 przyjęte"
    assert found.text.startswith("Zażółć gęślą jaźń")
    assert "<p>Zażółć" in found.html
    assert sim.mails_to("bartek@gmina.test") == []


def test_links_of_both_parts_are_found_once():
    html = "<a href='https://a.test/1'>x</a><a href='https://a.test/2?x=1&amp;y=2'>y</a>"
    assert find_links("See https://a.test/1, please.", html) == (
        "https://a.test/1",
        "https://a.test/2?x=1&y=2",
    )


def test_unknown_charset_does_not_lose_the_mail(sim):
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=no-such\r\n\r\nza\xc5\xbc\r\n"
    with smtplib.SMTP("127.0.0.1", sim.smtp_port, timeout=5) as smtp:
        smtp.sendmail("a@gmina.test", ["anna@gmina.test"], raw)
    assert len(sim.mails_to("anna@gmina.test")) == 1


def test_refused_mailbox_answers_with_the_chosen_reply(sim):
    sim.refuse_mail("anna@gmina.test", "450 4.2.1 Try later")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        deliver(sim, mail())
    assert refusal.value.recipients["anna@gmina.test"][0] == 450
    sim.refuse_mail("anna@gmina.test", "")
    deliver(sim, mail())


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_mail_server_asks_for_the_login_it_was_given():
    sim = start_simulator(
        account_sid=ACCOUNT,
        auth_token="t",
        numbers=["+48500000001"],
        public_url="https://helpdesk.test",
        smtp_login=("helpdesk", "secret"),
    )
    with pytest.raises(smtplib.SMTPException):
        deliver(sim, mail())
    with pytest.raises(smtplib.SMTPAuthenticationError):
        deliver(sim, mail(), ("helpdesk", "wrong"))
    deliver(sim, mail(), ("helpdesk", "secret"))
    assert len(sim.mails_to("anna@gmina.test")) == 1
    sim.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "helpdesk.test", ""])
def test_simulator_never_listens_beyond_this_machine(host):
    with pytest.raises(ValueError, match="loopback only"):
        start_simulator(host, account_sid=ACCOUNT, auth_token="t", numbers=[], public_url="")


def test_stopped_simulator_gives_its_ports_back(sim):
    sim.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", sim.smtp_port, timeout=5)
