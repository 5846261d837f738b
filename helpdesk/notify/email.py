"""The e-mail channel, over SMTP through Flask-Mail."""

import smtplib
import ssl
from contextlib import ExitStack, suppress
from email.header import Header
from email.utils import formataddr
from functools import partial
from types import TracebackType

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mail import Connection, Mail, Message

from helpdesk import mail_ids
from helpdesk.config import settings
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify import mail_head
from helpdesk.notify.attached import files_of
from helpdesk.notify.parcel import Decision, DeliveryError, Parcel, Receipt
from helpdesk.notify.provider import Provider
from helpdesk.notify.render import context_of, render

TIMEOUT_SECONDS = 20


class PatientConnection(Connection):
    """Flask-Mail's connection with a time-out; a server that hangs up after taking the mail has taken it."""

    def configure_host(self) -> smtplib.SMTP:
        state: Mail = self.mail
        try:
            host = smtplib.SMTP(state.server, state.port, timeout=TIMEOUT_SECONDS)
            with ExitStack() as unless_ready:
                unless_ready.callback(host.close)
                _sign_in(host, state)
                unless_ready.pop_all()
        except (smtplib.SMTPServerDisconnected, TimeoutError) as lost:
            # Nothing has been handed over yet: not the doubt that a connection lost later leaves behind.
            raise ConnectionError(str(lost)) from lost
        return host

    def __exit__(self, exc_type: type[BaseException], exc_value: BaseException, tb: TracebackType) -> None:
        with suppress(smtplib.SMTPException, OSError):
            super().__exit__(exc_type, exc_value, tb)


def _sign_in(host: smtplib.SMTP, state: Mail) -> None:
    if state.use_tls:
        host.starttls(context=tls_context())
    if state.username and state.password:
        host.login(state.username, state.password)


def tls_context() -> ssl.SSLContext:
    """The server's certificate and name are checked, against MAIL_CA_FILE where there is one."""
    return ssl.create_default_context(cafile=settings().mail_ca_file)


def send(message: Message) -> Receipt:
    """Raises DeliveryError. "sent" is the last that is heard of a mail, unless it bounces."""
    try:
        with PatientConnection(current_app.extensions["mail"]) as connection:
            connection.send(message)
    except (smtplib.SMTPException, OSError) as error:
        raise delivery_error(error) from error
    return Receipt(mail_ids.local_part(str(message.msgId)), "250", AttemptState.SENT)


def prepare(attempt: Attempt) -> Parcel:
    if not mail_ids.takes_mail(attempt.notification.address):
        return Parcel(_refuse)
    return Parcel(partial(send, write(attempt)))


def _refuse() -> Receipt:
    """Raises DeliveryError: nobody reads it there, and a program may answer."""
    raise DeliveryError(Decision.REFUSED, "no_person", "a mailbox of a program, or our own")


def write(attempt: Attempt) -> Message:
    """The Message-ID belongs to the notification: a second try is the same message to the mail program."""
    notification = attempt.notification
    text = render(notification, "txt")
    message = Message(
        subject=_folded(" ".join(render(notification, "subject").split())),
        recipients=[notification.address],
        body=text,
        html=_html(attempt, text),
        sender=formataddr((settings().operator_name, settings().mail_default_sender)),
        reply_to=mail_head.reply_to(notification),
        extra_headers=mail_head.head_of(notification),
    )
    for file in files_of(notification):
        message.attach(file.name, file.content_type, file.content)
    message.msgId = mail_head.message_id(notification)
    return message


def _folded(subject: str) -> str:
    """Encoded whole, in lines that need no second folding: that one breaks words apart ("Ostrz eżenie")."""
    charset = None if subject.isascii() else "utf-8"
    return Header(subject, charset, header_name="Subject").encode(linesep="\r\n")


def delivery_error(error: Exception) -> DeliveryError:
    """What an SMTP failure means: refused, never reached, or (a connection lost on the way) unknown."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return DeliveryError(_refused_recipient(code, _decoded(text)), str(code), _decoded(text))
        case smtplib.SMTPAuthenticationError():
            return DeliveryError(Decision.CONFIGURATION, str(error.smtp_code), _decoded(error.smtp_error))
        case smtplib.SMTPResponseException():
            decision = Decision.REFUSED if error.smtp_code >= 500 else Decision.TEMPORARY
            return DeliveryError(decision, str(error.smtp_code), _decoded(error.smtp_error))
        case smtplib.SMTPServerDisconnected():
            return DeliveryError(Decision.UNKNOWN, "disconnected", str(error))
        case ssl.SSLCertVerificationError():
            return DeliveryError(Decision.CONFIGURATION, "certificate", error.verify_message)
        case smtplib.SMTPNotSupportedError():
            return DeliveryError(Decision.CONFIGURATION, "not_supported", str(error))
        case _:
            return DeliveryError(Decision.TEMPORARY, "connect", str(error))


def _refused_recipient(code: int, text: str) -> Decision:
    """A refusal by policy (5.7.x: spam, relaying) says nothing about the address."""
    if code < 500:
        return Decision.TEMPORARY
    return Decision.REFUSED if text.startswith("5.7.") else Decision.PERMANENT


def _html(attempt: Attempt, text: str) -> str:
    notification = attempt.notification
    paragraphs = [paragraph.splitlines() for paragraph in text.split("\n\n") if paragraph.strip()]
    with force_locale(notification.locale):
        return render_template("messages/_mail.html", paragraphs=paragraphs, **context_of(notification))


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def probe() -> None:
    """Greet the server, and sign in where there is a password. Raises DeliveryError."""
    try:
        with PatientConnection(current_app.extensions["mail"]):
            pass
    except (smtplib.SMTPException, OSError) as error:
        raise delivery_error(error) from error


def decision_for(code: str) -> Decision:
    """Of a bounce's or reply's code, as far as it alone can tell: RFC 3463 has addresses that do not exist under
    5.1 and mailboxes that are switched off as 5.2.1."""
    if code.startswith("5.1.") or code == "5.2.1":
        return Decision.PERMANENT
    return Decision.TEMPORARY if code.startswith("4") else Decision.REFUSED


SMTP = Provider(
    name="email:smtp",
    channel=Channel.EMAIL,
    is_set_up=lambda: True,
    prepare=prepare,
    decision_for=decision_for,
    per_second=lambda: 0.0,
    probe=probe,
)
