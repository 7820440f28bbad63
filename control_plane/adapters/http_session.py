"""A provider's HTTP server through aiohttp: the request httpx or an SDK made goes out, the body comes as it arrives.

`docs/decisions/0013-claude-stream.md` tells why.
"""

import asyncio
import ssl
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

MOST_CONNECTIONS: Final = 400
"""To one provider. A call needs one for as long as an answer takes; who finds none waits within the time to connect."""
_OURS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp would add: the request has all the fields it shall have."""


class HttpSession:
    """Connections to the host of one address, opened by the first request and kept from one to the next."""

    def __init__(self, base_url: str, *, keep_s: float, security: Callable[[], ssl.SSLContext]) -> None:
        self._base_url = base_url
        self._keep_s = keep_s
        self._make_security = security
        self._session: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()

    async def ask(self, request: Any) -> aiohttp.ClientResponse:
        """Send a request of httpx or its twin httpx2; the answer, as soon as its head is there.

        Raises aiohttp.ClientError, TimeoutError, ValueError.
        """
        if "transfer-encoding" in request.headers:
            raise ValueError("a body has to come with its length")
        patience = request.extensions.get("timeout") or {}
        connect_s, head_s = patience.get("connect"), patience.get("read")
        body = await request.aread()
        async with asyncio.timeout(None if connect_s is None or head_s is None else connect_s + head_s):
            try:
                return await self._send(request, body, connect_s=connect_s)
            except _Unanswered:
                return await self._send(request, body, connect_s=connect_s)

    async def _send(self, request: Any, body: bytes, *, connect_s: float | None) -> aiohttp.ClientResponse:
        session = self._session or await self._open()
        way = SimpleNamespace(kept=False)
        try:
            return await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=CIMultiDict(request.headers.multi_items()),
                data=body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=connect_s),
                trace_request_ctx=way,
            )
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as lost:
            if way.kept:
                raise _Unanswered from lost
            raise

    async def _open(self) -> aiohttp.ClientSession:
        async with self._opening:
            if self._session is None:
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(
                        ssl=await self._security(), limit=MOST_CONNECTIONS, keepalive_timeout=self._keep_s
                    ),
                    proxy=proxy_of(self._base_url),
                    auto_decompress=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    skip_auto_headers=_OURS,
                    request_class=_Request,
                    trace_configs=[_watched()],
                )
        return self._session

    async def _security(self) -> ssl.SSLContext | bool:
        """Reading the certificates takes tens of milliseconds, in which no call may wait."""
        if not self._base_url.startswith("https:"):
            return True
        context = await asyncio.to_thread(self._make_security)
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def aclose(self) -> None:
        """Answers that are under way are given up."""
        if self._session is not None:
            await self._session.close()


_AT_ONCE_BYTES: Final = 2**16
"""A larger body is left to aiohttp, which stops writing where the connection does not keep up."""


class _Request(aiohttp.ClientRequest):
    """Sends the body right behind the head, which tells its length. aiohttp would leave it, before Python 3.12, to a
    task that begins in the next turn of the loop: milliseconds later where hundreds of calls talk."""

    def __init__(self, *arguments: Any, data: bytes | None = None, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._behind = data

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        if self._behind is None:
            return await super().send(conn)
        large = len(self._behind) > _AT_ONCE_BYTES
        if large or conn.protocol.writing_paused or "content-length" not in self.headers:
            await self.update_body(self._behind)
            return await super().send(conn)
        answer = await super().send(conn)
        conn.protocol.transport.write(self._behind)
        return answer


class _Unanswered(aiohttp.ClientError):
    """A kept connection ended while the request was under way to it: nobody has answered, another one may be asked."""


def _watched() -> aiohttp.TraceConfig:
    """aiohttp repeats by itself what may be repeated in general; whether a POST may, only who sent it knows."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_kept)
    return trace


async def _note_kept(_: aiohttp.ClientSession, context: SimpleNamespace, *__: object) -> None:
    context.trace_request_ctx.kept = True


class Reading:
    """The body of an answer as it comes, with one timer for all its pieces, armed anew only when it goes off."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._waits = False
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def read(self, patience_s: float | None) -> bytes:
        """What has come since the last time; empty at the end. Raises aiohttp.ClientError, TimeoutError."""
        if patience_s is not None:
            self._waits = True
            self._deadline = self._loop.time() + patience_s
            if self._timer is None or self._timer.when() > self._deadline:
                self._arm()
        try:
            return await self._answer.content.readany()
        finally:
            self._waits = False

    def close(self) -> None:
        """Before the end this ends the request; at the end it gives the connection back."""
        self._disarm()
        if self._answer.content.is_eof():
            self._answer.release()
        else:
            self._answer.close()

    def _arm(self) -> None:
        self._disarm()
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if not self._waits:
            return
        if self._loop.time() < self._deadline:
            self._arm()
        else:
            self._answer.content.set_exception(TimeoutError("the answer stalled"))


def proxy_of(url: str) -> str | None:
    """Through whom this machine's settings want requests to go."""
    scheme, _, rest = url.partition("://")
    proxies = getproxies()
    if proxy_bypass(rest.partition("/")[0]):
        return None
    return proxies.get(scheme) or proxies.get("all")
