"""The Probe over the real network."""

import asyncio
import ssl
from collections.abc import Mapping
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


class NetworkProbe:
    """Asks as a stranger would: a new connection each time, certificates checked."""

    def __init__(self, clock: Clock, *, lenient_host: str = "") -> None:
        """`lenient_host`: the one host whose certificate need not be trusted by this machine."""
        self._clock = clock
        self._lenient = lenient_host

    def _verify(self, url: str) -> bool:
        return not self._lenient or urlsplit(url).hostname != self._lenient

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        try:
            async with (
                asyncio.timeout(2 * PATIENCE_S),
                httpx.AsyncClient(verify=self._verify(url), timeout=PATIENCE_S) as client,
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
        anyone = ssl.create_default_context()
        anyone.check_hostname = False
        anyone.verify_mode = ssl.CERT_NONE  # it is read, nothing is trusted to it
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
        return await hold(url, clock=self._clock, verify=self._verify(url))


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
