"""A mail sink: takes every message over SMTP on loopback and keeps it in the mailboxes of its recipients."""

import re
import socket
from asyncio import AbstractEventLoop, AbstractServer
from collections.abc import Coroutine
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from helpdesk.simulator.exchange import Exchange
from helpdesk.simulator.state import Mail, new_sid

LINK = re.compile(r"https?://[^\s<>\"')\]]+")
HREF = re.compile(r"href=[\"'](https?://[^\"']+)[\"']", re.IGNORECASE)


class MailSink:
    """The answers to SMTP commands that differ from aiosmtpd's own; `refusals` maps an address to a reply."""

    def __init__(self, exchange: Exchange) -> None:
        self.refusals: dict[str, str] = {}
        self._exchange = exchange

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = self.refusals.get(address.casefold())
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        store_mail(self._exchange, envelope)
        return "250 OK"


def store_mail(exchange: Exchange, envelope: Envelope) -> Mail:
    """Keep what an envelope holds."""
    raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html = _part(message, "plain"), _part(message, "html")
    mail = Mail(
        sid=new_sid("EM"),
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        subject=str(message["Subject"] or ""),
        text=text,
        html=html,
        links=find_links(text, html),
        headers={name: str(value) for name, value in message.items()},
        raw=raw,
        received_at=exchange.now(),
    )
    with exchange.state.lock:
        exchange.state.mails.put(mail)
    return mail


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except LookupError:
        payload = body.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)


def find_links(text: str, html: str) -> tuple[str, ...]:
    """Every link once, in order: those of the text, then those only the HTML has."""
    found = [link.rstrip(".,;:") for link in LINK.findall(text)]
    found += [link.replace("&amp;", "&") for link in HREF.findall(html)]
    return tuple(dict.fromkeys(found))


class MailServer(Controller):
    """Listens on a socket that is bound already, so that port 0 works and the port is known at once."""

    loop: AbstractEventLoop

    def __init__(self, sink: MailSink, listener: socket.socket, *, login: tuple[str, str] | None) -> None:
        self._listener = listener
        host, port = listener.getsockname()[:2]
        super().__init__(
            sink,
            hostname=host,
            port=port,
            authenticator=_authenticator(login) if login else None,
            auth_required=login is not None,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
        )

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


def _authenticator(login: tuple[str, str]) -> Any:
    wanted = LoginPassword(login[0].encode(), login[1].encode())

    def check(*args: Any) -> AuthResult:
        return AuthResult(success=args[-1] == wanted, handled=False)

    return check
