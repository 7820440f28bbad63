"""The client's end of a streamed HTTP answer: what is written to it, and whether it is still there."""

import asyncio
from typing import Final

from aiohttp import web

from simulator.ai.outbox import Clock

_GLANCE_S: Final = 0.02
"""How often a waiting handler looks whether the client is still there."""


class Connection:
    """The client's end of one request, and whether it is still there."""

    def __init__(self, request: web.Request, clock: Clock, *, id_header: str = "request-id") -> None:
        self._id_header = id_header
        self._request = request
        self._now = clock
        self.response: web.StreamResponse | None = None

    async def open(self, request_id: str) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        self.response = web.StreamResponse(headers={**headers, self._id_header: request_id})
        await self.response.prepare(self._request)
        return self.response

    async def write(self, events: bytes) -> None:
        """Raises ConnectionResetError."""
        assert self.response is not None
        self._look()
        await self.response.write(events)

    async def wait_until(self, when: float) -> None:
        """Raises ConnectionResetError as soon as the client is gone."""
        self._look()
        while (left := when - self._now()) > 0:
            await asyncio.sleep(min(left, _GLANCE_S))
            self._look()

    def cut(self) -> None:
        """Close the connection in the middle of the body."""
        if self._request.transport is not None:
            self._request.transport.close()

    def _look(self) -> None:
        if self._request.transport is None or self._request.transport.is_closing():
            raise ConnectionResetError("the client is gone")
