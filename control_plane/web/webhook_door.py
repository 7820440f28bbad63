"""The short way in for carriers' webhooks: past what a request of the API needs, to the same receipt.

A request through Quart costs several times what a webhook itself does. Only what is worth it comes this way, a POST for
a carrier that there is; everything else, and how the operation is described, is left to the route.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from control_plane.services.gateway import Gateway
from control_plane.web import json_body
from control_plane.web.json_body import BodyTooLarge, UnreadableBody
from control_plane.web.protocol import SPOKEN
from control_plane.web.webhook_receipt import LIMIT, PREFIX, Answer, answered


class WebhookDoor:
    """An ASGI application in front of another."""

    def __init__(self, inner: Any, gateway: Gateway) -> None:
        self._inner = inner
        self._gateway = gateway

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self._is_ours(scope):
            await self._inner(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = partial(_body, receive, headers.get("content-length", ""))
        carrier = scope["path"][len(PREFIX) :]
        await _send(await answered(self._gateway, carrier, headers=headers, body=body), send)

    def _is_ours(self, scope: Mapping[str, Any]) -> bool:
        path: str = scope["path"]
        return (
            scope["method"] == "POST"
            and path.startswith(PREFIX)
            and path[len(PREFIX) :] in self._gateway.intakes
            and scope.get("http_version") in SPOKEN
        )


async def _send(answer: Answer, send: Any) -> None:
    status, headers, body = answer
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _body(receive: Any, length: str) -> bytes:
    """Raises BodyTooLarge, UnreadableBody when it does not arrive."""
    if length.isdecimal() and int(length) > LIMIT:
        raise BodyTooLarge(f"at most {LIMIT} bytes are taken")
    try:
        async with asyncio.timeout(json_body.BODY_PATIENCE_S):
            return await _all_of_it(receive)
    except TimeoutError:
        raise UnreadableBody("the body did not arrive in time") from None


async def _all_of_it(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UnreadableBody("the body did not arrive")
        body += message.get("body", b"")
        if len(body) > LIMIT:
            raise BodyTooLarge(f"at most {LIMIT} bytes are taken")
        more = message.get("more_body", False)
    return body
