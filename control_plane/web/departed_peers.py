"""Connections whose peer has gone are let go at once.

Hypercorn 0.18 waits in its task group for the timer of an idle connection before it closes what the peer has closed
long ago: each request of a client that keeps no connection would leave a socket and three tasks behind for
`keep_alive_timeout`.
"""

import hypercorn.asyncio.run
from hypercorn.asyncio.tcp_server import TCPServer


class PromptServer(TCPServer):
    """One connection; when there is nothing to read any more its timer rests too."""

    async def _read_data(self) -> None:
        try:
            await super()._read_data()
        finally:
            await self.idle_task.stop()


def install() -> None:
    """For every connection that Hypercorn accepts from now on in this process."""
    hypercorn.asyncio.run.TCPServer = PromptServer  # type: ignore[attr-defined]
