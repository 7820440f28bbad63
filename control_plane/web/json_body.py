"""Reading a request's body within a limit."""

import asyncio
from typing import Any, Final, cast

import orjson
from quart import request

from control_plane.observability.logging import get_logger

log = get_logger("web")

BODY_PATIENCE_S: Final = 10.0
"""A body that has not arrived by then comes from a broken or hostile client."""


class UnreadableBody(Exception):
    """Not JSON, or not an object. The text is for the client."""


class BodyTooLarge(Exception):
    """More bytes than the route takes."""


async def raw_body(limit: int) -> bytes:
    """All bytes of the body. Raises BodyTooLarge, UnreadableBody when it does not arrive."""
    length = request.content_length
    if length is not None and length > limit:
        raise BodyTooLarge(f"at most {limit} bytes are taken")
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            body = cast(bytes, await request.get_data(as_text=False))
    except TimeoutError:
        raise UnreadableBody("the body did not arrive in time") from None
    if len(body) > limit:
        raise BodyTooLarge(f"at most {limit} bytes are taken")
    return body


async def json_object(limit: int = 65_536) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object."""
    body = await raw_body(limit)
    if not body:
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnreadableBody("the body is not JSON") from None
    if not isinstance(value, dict):
        raise UnreadableBody("the body is not a JSON object")
    return value
