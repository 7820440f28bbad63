"""A mail server in the test's own loop, with its moods."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class PostOffice:
    """An aiosmtpd handler that keeps what arrives; `answers` replaces its answer to a command."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.secured: list[bool] = []
        self.users: list[str] = []
        self.answers: dict[str, str] = {}
        self.port = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.secured.append(server.transport.get_extra_info("sslcontext") is not None)
        return self.answers.get("DATA", "250 OK")

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, proof: Any) -> AuthResult:
        assert isinstance(proof, LoginPassword)
        self.users.append(proof.login.decode())
        return AuthResult(success=proof.password == b"p@ss:word/1", handled=False)


@asynccontextmanager
async def post_office(
    *, first: ssl.SSLContext | None = None, later: ssl.SSLContext | None = None
) -> AsyncIterator[Any]:
    """`first`: TLS from the first byte; `later`: after STARTTLS."""
    office = PostOffice()

    def protocol() -> SMTP:
        return SMTP(
            office,
            hostname="localhost",
            tls_context=later,
            authenticator=office.sign_in,
            auth_require_tls=first is None and later is not None,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=first)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
