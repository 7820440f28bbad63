"""Our own connections as a transport of httpx2, through which Anthropic's SDK speaks."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx2

from control_plane.adapters.http_transport import WIRE, Reading, ask
from control_plane.adapters.http_wire import WireLost, Wires


class _Body(httpx2.AsyncByteStream):
    """The SDK reads refusals through it; a reply is read through `Reading`."""

    def __init__(self, reading: Reading, patience_s: float | None) -> None:
        self._reading = reading
        self._patience_s = patience_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            while piece := await self._reading.read(self._patience_s):
                yield piece

    async def aclose(self) -> None:
        self._reading.close()


class WireTransport(httpx2.AsyncBaseTransport):
    """Knows no proxies: see `http_wire.is_proxied`."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with _translated():
            wire = await ask(self._wires, request)
        reading = Reading(self._wires, wire)
        body = _Body(reading, (request.extensions.get("timeout") or {}).get("read"))
        answer = wire.answer
        return httpx2.Response(answer.status, headers=answer.headers, stream=body, extensions={WIRE: reading})

    async def aclose(self) -> None:
        self._wires.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise httpx2.ReadTimeout("no answer in time") from late
    except WireLost as lost:
        raise httpx2.RemoteProtocolError(str(lost)) from lost
    except ValueError as error:
        raise httpx2.LocalProtocolError(str(error)) from error
