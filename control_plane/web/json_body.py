"""Reading a request's body within a limit."""

import asyncio
from typing import Final, cast

from quart import request

BODY_PATIENCE_S: Final = 10.0
"""A body that has not arrived by then comes from a broken or hostile client."""


class UnreadableBody(Exception):
    """It did not arrive. The text is for the client."""


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
