"""Reading a request's body within a limit."""

from typing import Any, Final

from quart import Request
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
