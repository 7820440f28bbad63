"""Reading a request's body within a limit."""

import asyncio
from typing import Any, Final, cast

from quart import Request, request
from werkzeug.exceptions import BadRequest

BODY_PATIENCE_S: Final = 10.0
"""A body that has not arrived by then comes from a broken or hostile client."""


class UnreadableBody(Exception):
    """It did not arrive. The text is for the client."""


class BodyTooLarge(Exception):
    """More bytes than the route takes."""


LARGE: Final = {"/api/imports": 65 * 1024 * 1024, "/api/imports/preview": 65 * 1024 * 1024}
"""Most bytes of a body by path, for the few that take files: these read it piece by piece."""


class JsonRequest(Request):
    """A request whose body need not be text."""

    def __init__(self, *parts: Any, **options: Any) -> None:
        path = parts[2]  # after method and scheme
        if path in LARGE:
            options["max_content_length"] = LARGE[path]
        super().__init__(*parts, **options)

    async def get_json(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().get_json(*args, **options)
        except UnicodeDecodeError:
            raise BadRequest("not UTF-8") from None
        except RecursionError:
            raise BadRequest("nested too deeply") from None


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
