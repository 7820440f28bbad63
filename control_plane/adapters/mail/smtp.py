"""Letters over a mail server."""

import asyncio
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib import errors as smtp

from control_plane.adapters.mail.letter import PROVIDER, letter
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Timeout, Unavailable
from control_plane.ports.infrastructure import Clock
from control_plane.ports.mail import Mail

TIMEOUT_S: Final = 20.0
"""For the whole letter."""
ANSWER_S: Final = 10.0
"""For each answer of the server."""


class Tls(StrEnum):
    """How the connection is kept from others."""

    FIRST = "first"
    """From the first byte (smtps, port 465)."""
    STARTTLS = "starttls"
    """Before anything is said (port 587); a server that does not offer it gets no letter."""
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where letters are handed in."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


def server_of(address: str) -> Server:
    """`smtp://user:password@host:587` or `smtps://host`; signs in user and password are percent-encoded.

    With `?tls=never`, and to this machine, it is spoken to in the clear. Raises ValueError, without the address.
    """
    parts = urlsplit(address)
    options = parse_qs(parts.query, keep_blank_values=True)
    asked = options.pop("tls", [""])
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or options:
        raise ValueError("not of the form smtp://user:password@host:587")
    if asked not in ([""], [Tls.NEVER]) or (parts.scheme == "smtps" and asked == [Tls.NEVER]):
        raise ValueError("the option tls knows one value, never, and smtps:// has no such option")
    plain = asked == [Tls.NEVER] or _is_this_machine(parts.hostname)
    tls = Tls.FIRST if parts.scheme == "smtps" else Tls.NEVER if plain else Tls.STARTTLS
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if tls is Tls.FIRST else 587),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class SmtpMail:
    """The MailSender port. A connection a letter: they are few, and servers close idle ones."""

    def __init__(self, server: Server, sender: Address, *, clock: Clock, trust: ssl.SSLContext | None = None) -> None:
        """`trust`: whose certificates are believed, else the system's."""
        self._server, self._sender, self._clock = server, sender, clock
        self._trust = trust if trust or server.tls is Tls.NEVER else ssl.create_default_context()

    async def send(self, mail: Mail) -> None:
        message = letter(mail, self._sender, now=self._clock.wall())
        server = self._server
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await aiosmtplib.send(
                    message,
                    hostname=server.host,
                    port=server.port,
                    username=server.user or None,
                    password=server.password if server.user else None,
                    local_hostname=self._sender.domain,  # the library would ask the resolver, and wait for it
                    timeout=ANSWER_S,
                    use_tls=server.tls is Tls.FIRST,
                    start_tls=server.tls is Tls.STARTTLS,
                    tls_context=self._trust,
                )
        except TimeoutError as error:
            raise Timeout(PROVIDER, "the mail server does not answer") from error
        except (smtp.SMTPException, OSError, ValueError) as error:
            raise _translated(error) from error


_KINDS: Final[Mapping[type[Exception], tuple[type[ProviderError], str]]] = {
    smtp.SMTPAuthenticationError: (Misconfigured, "the mail server refuses our user or password"),
    smtp.SMTPSenderRefused: (Misconfigured, "the mail server refuses our sender"),
    smtp.SMTPNotSupported: (Misconfigured, "the mail server does not offer what we need"),
    ssl.SSLCertVerificationError: (Misconfigured, "the mail server's certificate is not believed"),
}


def _translated(error: Exception) -> ProviderError:
    """The texts of servers repeat addresses: only their code goes on."""
    if isinstance(error, smtp.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    code = str(error.code) if isinstance(error, smtp.SMTPResponseException) else type(error).__name__
    if code.startswith("4"):
        return Unavailable(PROVIDER, "the mail server takes nothing now", code=code)
    for kind, (translated, text) in _KINDS.items():
        if isinstance(error, kind) or isinstance(error.__cause__, kind):
            return translated(PROVIDER, text, code=code)
    if isinstance(error, smtp.SMTPResponseException):
        return Rejected(PROVIDER, "the mail server refuses the letter", code=code)
    return Unavailable(PROVIDER, "the mail server cannot be reached", code=code)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
