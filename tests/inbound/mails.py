"""Mails as they come in, written for the tests."""

from email.message import EmailMessage
from typing import Any

from helpdesk.inbound.mail_in import take_in
from helpdesk.models import InboundMail
from helpdesk.simulator.state import Mail
from helpdesk.transaction import transaction

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def raw_mail(
    sender: str, body: str = "Dzień dobry, proszę o pomoc.", *, files: tuple[Any, ...] = (), **head: str
) -> bytes:
    """`head`: further fields, "_" for "-"; `files` are (name, maintype, subtype, bytes)."""
    mail = EmailMessage()
    fields = {"From": sender, "To": "pomoc@helpdesk.test", "Subject": "Post się nie ukazał"}
    fields |= {name.replace("_", "-"): value for name, value in head.items()}
    for name, value in fields.items():
        mail[name] = value
    mail.set_content(body)
    for name, maintype, subtype, data in files:
        mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes()


def answer(to: Mail, sender: str, body: str, **head: str) -> bytes:
    """As mail programs answer: to Reply-To, with In-Reply-To and the words of the other below."""
    heads = {
        "To": to.headers.get("Reply-To", to.headers["From"]),
        "In_Reply_To": to.headers["Message-ID"],
        "References": to.headers["Message-ID"],
        "Subject": f"Odp: {to.subject}",
    }
    quoted = "\n".join(f"> {line}" for line in to.text.splitlines())
    return raw_mail(sender, f"{body}\n\nW dniu 11.03.2026 o 10:05, Helpdesk pisze:\n{quoted}\n", **(heads | head))


def arrives(raw: bytes, mailbox: str = "") -> InboundMail:
    with transaction():
        return take_in(raw, mailbox)


def bounce(mail, status="5.1.1", action="failed"):
    """As Postfix writes it."""
    return (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: helpdesk@helpdesk.test\r\nSubject: Undelivered\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + f"Reporting-MTA: dns; mx.test\r\n\r\nAction: {action}\r\nStatus: {status}\r\n".encode()
        + b"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        + f"Message-ID: {mail.headers['Message-ID']}\r\n\r\n--b--\r\n".encode()
    )
