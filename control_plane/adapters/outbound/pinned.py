"""Connections that go to addresses which were checked, whatever the name means by then."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any, Final

import httpcore

from control_plane.core.web_address import IpAddress

Resolve = Callable[[str], Awaitable[Sequence[IpAddress]]]
"""Addresses of a name, the best first. Raises OSError, UnicodeError."""

THREADS: Final = 4
CONNECT_S: Final = 3.0
"""For one of several addresses."""
TRIED: Final = 4
"""Addresses of one name."""


class SystemResolver:
    """The system's resolver, in threads of its own: names of strangers may be slow to look up, and others wait for the
    default threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="outbound-names")

    async def __call__(self, host: str) -> Sequence[IpAddress]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> list[Any]:
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)


class PinnedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the given addresses one after the other. The name is for TLS and the Host header only, which are
    not made here."""

    def __init__(self, addresses: Sequence[IpAddress]) -> None:
        self._addresses = addresses[:TRIED]
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *_: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        fault: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(str(address), port, **{**options, "timeout": CONNECT_S})
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise fault

    async def connect_unix_socket(self, path: str, *_: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
