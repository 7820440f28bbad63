"""aiohttp's connections as a transport of httpx2, through which Anthropic's SDK speaks."""

from collections.abc import AsyncIterator

import httpx2

from control_plane.adapters.http_session import HttpSession, Reading
from control_plane.adapters.http_transport import READING, translated


class _Stream(httpx2.AsyncByteStream):
    """The SDK reads refusals through it; a reply is read through `Reading`."""

    def __init__(self, reading: Reading, patience_s: float | None) -> None:
        self._reading = reading
        self._patience_s = patience_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with translated(httpx2):
            while piece := await self._reading.read(self._patience_s):
                yield piece

    async def aclose(self) -> None:
        self._reading.close()


class AiohttpTransport(httpx2.AsyncBaseTransport):
    def __init__(self, session: HttpSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with translated(httpx2):
            answer = await self._session.ask(request)
        reading = Reading(answer)
        stream = _Stream(reading, (request.extensions.get("timeout") or {}).get("read"))
        return httpx2.Response(
            answer.status, headers=list(answer.raw_headers), stream=stream, extensions={READING: reading}
        )

    async def aclose(self) -> None:
        await self._session.aclose()
