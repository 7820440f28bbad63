"""Only HTTP/1.1 is spoken here."""

from typing import Any, Final

SPOKEN: Final = ("1.0", "1.1")

_REFUSAL: Final = b"HTTP/1.1 only\n"


class OnlyHttp1:
    """Refuses what came in over HTTP/2.

    The server lets a client change to HTTP/2 in the middle of a connection. Through a proxy that passes the change on,
    requests would come in that the proxy never saw: without its limits, and without its word for whom it asks.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or scope.get("http_version") in SPOKEN:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http":
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(_REFUSAL)).encode())]
            await send({"type": "http.response.start", "status": 505, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSAL, "more_body": False})
        else:
            await send({"type": "websocket.close", "code": 1002})
