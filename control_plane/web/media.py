"""The media websocket on Quart, at the port of everything else: an adapter of the thin socket interface."""

import asyncio

from quart import Blueprint, websocket

from control_plane.services.media.inlet import Inlet, pumped
from control_plane.services.media.socket import SocketClosed, Take
from control_plane.web.current import gateway
from control_plane.web.stream_address import TICKET_HEADER

blueprint = Blueprint("media", __name__)


class QuartSocket:
    """One accepted websocket of the current context. Quart does not bound what a peer sends, so the inlet does."""

    def __init__(self) -> None:
        # The proxies look the context up at every use; the object behind them is the same for the socket's life.
        self._socket = websocket._get_current_object()  # type: ignore[attr-defined]
        self._inlet = Inlet()

    async def receive(self) -> str | bytes:
        message: str | bytes = await self._socket.receive()
        return message

    async def feed(self, take: Take) -> None:
        await pumped(self.receive, self._inlet, take=take)

    def finish(self) -> None:
        self._inlet.close()

    @property
    def waiting(self) -> int:
        return len(self._inlet)

    @property
    def dropped(self) -> int:
        return self._inlet.dropped

    def offer(self, message: str) -> bool:
        return False

    async def send(self, message: str) -> None:
        try:
            await self._socket.send(message)
        except (ConnectionError, RuntimeError) as error:
            raise SocketClosed from error

    async def close(self, code: int) -> None:
        await self._socket.close(code)


@blueprint.websocket("/stream/media")
@blueprint.websocket("/stream/media/<path:token>")
async def telnyx_media(token: str = "") -> None:
    """Telnyx media streaming. The peer's end cancels this handler (Quart), which ends the stream in order."""
    await websocket.accept()
    here = gateway()
    shown = token or websocket.headers.get(TICKET_HEADER, "")
    serve = here.door.serve(QuartSocket(), here.codecs["telnyx"](), token=shown)
    try:
        await serve
    except asyncio.CancelledError:
        raise
    except Exception:
        # Without this Quart closes the socket with 1000, which would look like a success.
        await websocket.close(1011)
        raise
