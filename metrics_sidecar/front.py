"""Answers from the board, in front of Quart: they cost half of what a Quart request costs, and never wait."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from metrics_sidecar import forwarding
from metrics_sidecar.access import Access, Caller, decide, has_token, joined
from metrics_sidecar.board import OPENMETRICS, Board
from metrics_sidecar.clock import Clock
from metrics_sidecar.prepared import JSON_TYPE, Prepared
from metrics_sidecar.problems import PROBLEM_TYPE, problem

log = logging.getLogger("sidecar.front")

Scope = Any
Receive = Any
Send = Any
Application = Any
"""An ASGI application; hypercorn's and Quart's types of it differ."""

OPEN: Final = frozenset({"/health", "/health/live", "/api/health/combined"})
"""For everybody."""
GUARDED: Final = frozenset({"/api/metrics", "/api/status", "/api/stats", "/metrics"})
PROXY: Final = "/api/proxy/"
SPOKEN: Final = ("1.0", "1.1")
"""A change to HTTP/2 in mid-connection would lead around the proxy in front, and its word for whom it asks."""
END: Final = "sidecar.end"
"""Key of the scope: what is in this exit stack ends with the request, however that ends."""

_CACHED: Final = (b"cache-control", b"max-age=1")
_PRIVATE: Final = (b"cache-control", b"no-store")


class Front:
    """The whole sidecar as one ASGI application. `load` makes the Quart application when it is first needed: most
    sidecars never proxy, and its modules are a quarter of the memory."""

    def __init__(self, board: Board, *, token: str, wall: Clock, load: Callable[[], Application]) -> None:
        self._board, self._token, self._wall, self._load = board, token, wall, load
        self._inner: Application | None = None
        self._loading = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send=send)
            case "lifespan":
                await _lifespan(receive, send)
            case "websocket":
                await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, *, send: Send) -> None:
        path: str = scope["path"]
        if scope.get("http_version") not in SPOKEN:
            await _refuse(send, "http_version")
        elif path in OPEN:
            await self._tell(scope, path, send=send)
        elif path in GUARDED:
            if await self._may(scope, send):
                self._board.asked_at = self._board.steady()
                await self._tell(scope, _place(path, scope), send=send)
        elif path.startswith(PROXY):
            if await self._has_token(scope, send):
                await self._forward(scope, receive, send=send)
        else:
            await _refuse(send, "not_found")

    async def _tell(self, scope: Scope, place: str, *, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, "method_not_allowed")
            return
        answer = self._board.answer(place)
        if answer is None:
            await _refuse(send, "not_found")
            return
        cache = _CACHED if place in OPEN else _PRIVATE
        await _send(send, answer, body=answer.body(self._board.steady()), head=scope["method"] == "HEAD", cache=cache)

    async def _may(self, scope: Scope, send: Send) -> bool:
        caller = Caller(
            method=scope["method"],
            scheme=scope["scheme"],
            address=(scope.get("client") or ("",))[0],
            headers=joined(scope["headers"]),
        )
        access = decide(caller, self._token, now=self._wall(), trust_loopback=True)
        if access is Access.GRANTED:
            return True
        await _refuse(send, "foreign_origin" if access is Access.FOREIGN else "unauthorized")
        return False

    async def _has_token(self, scope: Scope, send: Send) -> bool:
        """The proxy asks with our own token: whoever is let through is the operator. A session is somebody else's."""
        if has_token(joined(scope["headers"]), self._token):
            return True
        await _refuse(send, "unauthorized")
        return False

    async def _forward(self, scope: Scope, receive: Receive, *, send: Send) -> None:
        if forwarding.target(scope["raw_path"], scope["query_string"]) is None:
            await _refuse(send, "bad_path")
            return
        inner = await self._application()
        async with AsyncExitStack() as end:
            await inner({**scope, END: end}, receive, send)

    async def _application(self) -> Application:
        async with self._loading:
            if self._inner is None:
                # In a thread: health is answered meanwhile.
                self._inner = await asyncio.to_thread(self._load)
                log.info("proxy loaded")
        return self._inner


def _place(path: str, scope: Scope) -> str:
    if path != "/metrics":
        return path
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")
    return OPENMETRICS if wants_openmetrics(accept) else path


def wants_openmetrics(accept: str) -> bool:
    """Whether OpenMetrics is named, and not liked less than plain text."""
    liking = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for entry in accept.split(","):
        kind, *parameters = (part.strip() for part in entry.split(";"))
        if kind in liking:
            liking[kind] = max(liking[kind], _quality(parameters))
    return liking["application/openmetrics-text"] > 0 and (
        liking["application/openmetrics-text"] >= liking["text/plain"]
    )


def _quality(parameters: list[str]) -> float:
    try:
        return next((float(part[2:]) for part in parameters if part.startswith("q=")), 1.0)
    except ValueError:
        return 0.0


async def _refuse(send: Send, code: str) -> None:
    status, body = problem(code)
    answer = Prepared(status=status, content_type=PROBLEM_TYPE)
    extra = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
    await _send(send, answer, body=body, cache=_PRIVATE, extra=extra)


async def _send(
    send: Send,
    answer: Prepared,
    *,
    body: bytes,
    cache: tuple[bytes, bytes],
    head: bool = False,
    extra: tuple[tuple[bytes, bytes], ...] = (),
) -> None:
    length = (b"content-length", b"%d" % len(body))
    headers = [(b"content-type", answer.content_type or JSON_TYPE), length, cache, *extra]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})


async def _lifespan(receive: Receive, send: Send) -> None:
    """Hypercorn asks for it; what the sidecar needs is opened and closed around the server."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
