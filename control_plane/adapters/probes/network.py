"""The Probe over the real network."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx
from cryptography import x509

from control_plane.adapters.probes.echo_call import hold
from control_plane.core.doctor.echo import EchoResult
from control_plane.ports.infrastructure import Clock
from control_plane.ports.probes import Answer, Unreachable

PATIENCE_S: Final = 5.0
BODY_LIMIT: Final = 64 * 1024
KEEP_S: Final = 60.0
"""One examination reads the authorities once; what an operator changes about them shows in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trust:
    """Whom a connection believes: those whom strangers believe, or anyone."""

    strict: ssl.SSLContext
    anyone: ssl.SSLContext
    until: float
    """Steady clock."""


class NetworkProbe:
    """Asks as a stranger would: a new connection each time, certificates checked."""

    def __init__(self, clock: Clock, *, lenient_host: str = "") -> None:
        """`lenient_host`: the one host whose certificate need not be trusted by this machine."""
        self._clock = clock
        self._lenient = lenient_host
        self._trust: _Trust | None = None
        self._reading = asyncio.Lock()

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        try:
            context = await self._context(url)
            async with (
                asyncio.timeout(2 * PATIENCE_S),
                httpx.AsyncClient(verify=context or False, timeout=PATIENCE_S) as client,
                client.stream(method, url, headers=dict(headers or {}), content=body) as response,
            ):
                body_read = await _beginning(response)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise Unreachable("no answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise Unreachable(_reason(error)) from error
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=known, body=body_read)

    async def certificate_ends(self, url: str) -> float:
        parts = urlsplit(url)
        anyone = (await self._trusted()).anyone  # it is read, nothing is trusted to it
        try:
            async with asyncio.timeout(PATIENCE_S):
                _, writer = await asyncio.open_connection(
                    parts.hostname, parts.port or 443, ssl=anyone, server_hostname=parts.hostname
                )
        except (TimeoutError, OSError, ValueError) as error:
            raise Unreachable(_reason(error)) from error
        try:
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            return x509.load_der_x509_certificate(shown).not_valid_after_utc.timestamp()
        finally:
            writer.close()

    async def echo(self, url: str) -> EchoResult:
        try:
            trust = await self._context(url)
        except (OSError, ValueError) as error:
            raise Unreachable(_reason(error)) from error
        return await hold(url, clock=self._clock, trust=trust)

    async def _context(self, url: str) -> ssl.SSLContext | None:
        """None for addresses without encryption. Raises ValueError for what is no address."""
        parts = urlsplit(url)
        if parts.scheme not in ("https", "wss"):
            return None
        trust = await self._trusted()
        return trust.anyone if self._lenient and parts.hostname == self._lenient else trust.strict

    async def _trusted(self) -> _Trust:
        async with self._reading:
            if self._trust is None or self._clock.steady() >= self._trust.until:
                # In a thread: some hundred certificates take longer to read than a frame of audio lasts.
                strict, anyone = await asyncio.to_thread(_contexts)
                self._trust = _Trust(strict=strict, anyone=anyone, until=self._clock.steady() + KEEP_S)
            return self._trust


def _contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The authorities are those of the HTTP client: not every machine has a list of its own."""
    return httpx.create_ssl_context(), httpx.create_ssl_context(verify=False)


async def _beginning(response: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) >= BODY_LIMIT:
            break
    return bytes(read[:BODY_LIMIT])


def _reason(error: BaseException | None) -> str:
    """The innermost cause in a word or two; the texts of libraries would quote addresses."""
    seen: BaseException | None = error
    while seen is not None:
        match seen:
            case ssl.SSLCertVerificationError():
                return "its certificate is not trusted"
            case ConnectionRefusedError():
                return "connection refused"
            case TimeoutError():
                return "no answer in time"
            case OSError() if type(seen).__name__ == "gaierror":
                return "its name is not known"
        seen = seen.__cause__ or seen.__context__
    return type(error).__name__
