"""Which addresses a recording may be fetched from, and how."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from control_plane.adapters.carriers.telnyx.account import PROVIDER
from control_plane.ports.errors import Rejected, Unavailable

REDIRECTS: Final = 3

Resolve = Callable[[str], Awaitable[frozenset[str]]]
"""IP addresses of a host. Raises OSError or UnicodeError."""


async def addresses_of(host: str) -> frozenset[str]:
    """By the system's resolver; a literal address is its own. The caller sets the timeout."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return frozenset(str(address[0]) for *_, address in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloads:
    """Fetches from the public internet over https.

    A carrier that itself is inside (the simulator on this machine) may hand out links of its own kind: into the same
    kind of network, and over http when it is spoken to over http.
    """

    client: httpx.AsyncClient
    base_url: str
    piece_s: float
    limit: int
    """Bytes."""
    resolve: Resolve = addresses_of

    async def fetch(self, url: str) -> bytes:
        """Raises Rejected, Unavailable, httpx.HTTPError, httpx.InvalidURL; the caller sets the timeout of the whole."""
        for _ in range(1 + REDIRECTS):
            await self._check(url)
            async with self.client.stream("GET", url, follow_redirects=False, timeout=self.piece_s) as response:
                if response.next_request is None:
                    return await _content(response, limit=self.limit)
                url = str(response.next_request.url)
        raise Rejected(PROVIDER, f"the recording's link leads through more than {REDIRECTS} redirects")

    async def _check(self, url: str) -> None:
        host = _host(url, schemes=("https", "http") if urlsplit(self.base_url).scheme == "http" else ("https",))
        inside = await self._kinds(host) - {"public"}
        if inside and inside - await self._kinds(urlsplit(self.base_url).hostname or ""):
            raise Rejected(PROVIDER, "the recording's link leads into a network that is not public")

    async def _kinds(self, host: str) -> set[str]:
        try:
            return {_kind(address) for address in await self.resolve(host)}
        except (OSError, UnicodeError) as error:
            raise Unavailable(PROVIDER, "the recording's host has no address") from error


def _host(url: str, *, schemes: tuple[str, ...]) -> str:
    """As the client will read it: in the form in which it is resolved. Raises Rejected, httpx.InvalidURL."""
    parts = httpx.URL(url)
    try:
        port = urlsplit(url).port
    except ValueError as error:
        raise Rejected(PROVIDER, "the recording's link is not a web address") from error
    if parts.scheme not in schemes or not parts.raw_host or port == 0:
        raise Rejected(PROVIDER, f"the recording's link is no {' or '.join(schemes)} address")
    return parts.raw_host.decode("ascii")


def _kind(address: str) -> str:
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback or ip.is_unspecified:
        return "loopback"
    if ip.is_link_local:
        return "link-local"
    return "public" if ip.is_global and not ip.is_multicast else "private"


async def _content(response: httpx.Response, *, limit: int) -> bytes:
    status = response.status_code
    if status != httpx.codes.OK:
        kind = Unavailable if status >= 500 or status == 429 else Rejected
        raise kind(PROVIDER, f"the recording was not handed out, status {status}", code=str(status))
    audio = bytearray()
    async for piece in response.aiter_bytes():
        audio += piece
        if len(audio) > limit:
            raise Rejected(PROVIDER, f"the recording is larger than {limit} bytes")
    return bytes(audio)
