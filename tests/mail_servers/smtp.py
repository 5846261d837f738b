"""A real SMTP server (aiosmtpd) that takes mails over STARTTLS alone."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chaos.certificates import Certificates
from chaos.ports import free_port

USER, PASSWORD = "helpdesk", "haslo nadawcy"


@dataclass
class PostOffice:
    port: int
    taken: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert session.ssl is not None and session.authenticated
        self.taken.append(bytes(envelope.original_content or b""))
        return "250 OK"


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _kind: str, given: LoginPassword) -> AuthResult:
    is_right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def post_office(certificates: Certificates) -> Iterator[PostOffice]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.server, certificates.key)
    office = PostOffice(free_port())
    controller = Controller(
        office,
        hostname="localhost",
        port=office.port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_knows,
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
