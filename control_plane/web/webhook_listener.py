"""A port for carriers' webhooks alone, on a server that costs a fraction of the API's.

It takes the same requests to the same receipt as the API's port and answers the same; Nginx decides which of both a
carrier reaches. Whatever is no carrier's webhook is refused.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, cast

from aiohttp import web
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound, ServiceUnavailable

from control_plane.observability.logging import get_logger
from control_plane.services.gateway import Gateway
from control_plane.web import json_body
from control_plane.web.json_body import BodyTooLarge, UnreadableBody
from control_plane.web.webhook_receipt import LIMIT, PREFIX, Answer, answered, refused

log = get_logger("webhooks")

IDLE_S: Final = 75.0
"""A connection without a request, or with one whose head does not end. Longer than the proxy keeps one, so that it
never sends into one that closes."""

LINGER_S: Final = 2.0
"""What is left of a body after a refusal is read for so long, so that the refusal arrives."""

CONNECTIONS: Final = 1024
"""Beyond, new ones are closed at once."""

BACKLOG: Final = 256
CLOSE_S: Final = 3.0
RETRY_AFTER_S: Final = 2

SERVER: Final = {"Server": "centralita"}
"""Instead of the library's name and version."""


class _Connection(web.RequestHandler):
    """One connection. What the library cannot read is refused in the words of everything else."""

    def __init__(self, listener: "WebhookListener", server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # as documented
            keepalive_timeout=IDLE_S,
            lingering_time=LINGER_S,
            auto_decompress=False,  # what is signed is what came
        )
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._listener.connections >= CONNECTIONS:
            cast(asyncio.Transport, transport).abort()  # uvloop's are none by their class
            return
        super().connection_made(transport)

    def handle_error(self, request: web.BaseRequest, *told: Any, **more: Any) -> web.StreamResponse:
        log.warning("request for the webhooks' port cannot be read", error=str(told[-1]))
        response = _response(refused(self._listener.gateway, BadRequest()))
        response.force_close()
        return response


class WebhookListener:
    """Listens from `open` to `close`. Requests that are being taken at the end get their answers first."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        # A request is worked to its end though the proxy has gone: the event is stored.
        self._server = web.Server(self._handle, handler_cancellation=False)
        self._listening: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """The port. Raises OSError when it cannot be had."""
        loop = asyncio.get_running_loop()
        connection = partial(_Connection, self, self._server)
        self._listening = await loop.create_server(connection, host, port, backlog=BACKLOG)
        return int(self._listening.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many are open, or still have their request worked."""
        return len(self._server.connections)

    async def close(self, *, timeout_s: float = CLOSE_S) -> None:
        if self._listening is not None:
            self._listening.close()
            await asyncio.sleep(0)  # what has come already is begun
            self._server.pre_shutdown()
            await self._server.shutdown(timeout_s)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        carrier = request.path.removeprefix(PREFIX)
        refusal = self._refusal(request, carrier)
        if refusal is not None:
            return _response(refused(self.gateway, refusal))
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _response(await answered(self.gateway, carrier, headers=headers, body=partial(_body, request)))

    def _refusal(self, request: web.BaseRequest, carrier: str) -> HTTPException | None:
        if carrier not in self.gateway.intakes or carrier == request.path:
            return NotFound()
        if request.method != "POST":
            return MethodNotAllowed(valid_methods=["POST"])
        if not self.gateway.workers:
            return ServiceUnavailable("The gateway starts.", retry_after=RETRY_AFTER_S)
        return None


async def _body(request: web.BaseRequest) -> bytes:
    """Raises BodyTooLarge, UnreadableBody when it does not arrive."""
    if (request.content_length or 0) > LIMIT:
        raise BodyTooLarge(f"at most {LIMIT} bytes are taken")
    try:
        async with asyncio.timeout(None if request.content.is_eof() else json_body.BODY_PATIENCE_S):
            body = await request.read()
    except TimeoutError:
        raise UnreadableBody("the body did not arrive in time") from None
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge(f"at most {LIMIT} bytes are taken") from None
    except (ConnectionError, web.RequestPayloadError):
        raise UnreadableBody("the body did not arrive") from None
    if len(body) > LIMIT:
        raise BodyTooLarge(f"at most {LIMIT} bytes are taken")
    return body


def _response(answer: Answer) -> web.Response:
    status, headers, body = answer
    return web.Response(status=status, headers={**headers, **SERVER}, body=body)


@asynccontextmanager
async def taking_webhooks(gateway: Gateway, *, host: str, port: int) -> AsyncGenerator[int]:
    """Take webhooks at that address; port 0 takes a free one. Yields the port. Raises OSError."""
    listener = WebhookListener(gateway)
    bound = await listener.open(host, port)
    try:
        yield bound
    finally:
        await listener.close()
