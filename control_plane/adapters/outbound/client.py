"""How an address that a customer chose is asked, without a way into our own networks."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Final

import httpcore

from control_plane.adapters.outbound.pinned import PinnedNetwork, Resolve, SystemResolver
from control_plane.core.web_address import (
    NOTHING,
    Allowed,
    BadWebAddress,
    IpAddress,
    WebAddress,
    check_addresses,
    look,
)
from control_plane.ports.errors import Rejected, Timeout, Unavailable
from control_plane.ports.infrastructure import Clock
from control_plane.ports.outbound import ForbiddenAddress, OutboundAnswer

PROVIDER: Final = "outbound"
KEPT_BYTES: Final = 4096
"""Of an answer: enough to show what went wrong."""
OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer"}
)
"""Headers that say where the request goes and where it ends: nobody else sets them."""


class GuardedHttp:
    """The OutboundHttp port. The name is looked up once, all its addresses are judged, and the connection goes to one
    of these, so that a name which changes its mind in between leads nowhere else. TLS is for the name. One connection
    a request; no proxies, no redirects, no packed answers.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allowed: Allowed = NOTHING,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._allowed = allowed
        self._resolver = SystemResolver()
        self._resolve = resolve or self._resolver
        self._trust = trust

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> OutboundAnswer:
        began = self._clock.steady()
        try:
            async with asyncio.timeout(timeout_s):
                address = look(url, self._allowed)
                status, content = await self._ask(address, _request(address, headers=headers, body=body))
        except BadWebAddress as error:
            raise ForbiddenAddress(PROVIDER, "the address is not allowed", code=str(error.fault)) from error
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise Timeout(PROVIDER, "no answer in time") from error
        except httpcore.LocalProtocolError as error:
            raise Rejected(PROVIDER, "a header cannot be sent") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            raise Unavailable(PROVIDER, "the address cannot be reached", code=type(error).__name__) from error
        return OutboundAnswer(status=status, body=content, took_s=self._clock.steady() - began)

    async def aclose(self) -> None:
        self._resolver.close()

    async def _ask(self, address: WebAddress, request: httpcore.Request) -> tuple[int, bytes]:
        network = PinnedNetwork(await self._checked(address))
        async with httpcore.AsyncConnectionPool(ssl_context=await self._trusted(), network_backend=network) as pool:
            response = await pool.handle_async_request(request)
            try:
                return response.status, await _beginning(response)
            finally:
                await response.aclose()

    async def _trusted(self) -> ssl.SSLContext:
        """Reading the authorities of the system takes as long as a frame of audio: beside the loop, at first need."""
        if self._trust is None:
            self._trust = await asyncio.to_thread(ssl.create_default_context)
        return self._trust

    async def _checked(self, address: WebAddress) -> Sequence[IpAddress]:
        """Where it may be connected to. Raises BadWebAddress, Unavailable."""
        if address.literal is not None:
            return [address.literal]
        try:
            found = await self._resolve(address.host)
        except (OSError, UnicodeError) as error:
            raise Unavailable(PROVIDER, "the name has no address") from error
        if not found:
            raise Unavailable(PROVIDER, "the name has no address")
        check_addresses(address, found, allowed=self._allowed)
        return found


def _request(address: WebAddress, *, headers: Mapping[str, str], body: bytes) -> httpcore.Request:
    """Raises Rejected."""
    given = {name.lower(): value for name, value in headers.items() if name.lower() not in OURS}
    own = {"host": address.authority, "content-length": str(len(body)), "connection": "close"}
    said = {"accept-encoding": "identity", "user-agent": "centralita", **given, **own}
    try:
        pairs = [(name.encode("ascii"), value.encode("ascii")) for name, value in said.items()]
    except UnicodeEncodeError as error:
        raise Rejected(PROVIDER, "a header cannot be sent") from error
    url = httpcore.URL(
        scheme=address.scheme.encode(), host=address.host.encode(), port=address.port, target=address.target.encode()
    )
    return httpcore.Request("POST", url, headers=pairs, content=body)


async def _beginning(response: httpcore.Response) -> bytes:
    kept = bytearray()
    async for piece in response.aiter_stream():
        kept += piece
        if len(kept) >= KEPT_BYTES:
            break
    return bytes(kept[:KEPT_BYTES])
