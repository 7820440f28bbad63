"""The refusals of the carrier's REST API, with the codes of its catalogue."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One error answer. `code` is a string on the wire."""

    status: int
    code: str
    title: str
    detail: str = ""
    pointer: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "title": self.title, "detail": self.detail or self.title}
        if self.pointer:
            error["source"] = {"pointer": self.pointer}
        error["meta"] = {"url": f"https://developers.telnyx.com/docs/overview/errors/{self.code}"}
        return {"errors": [error]}


class Refused(Exception):
    """A command that the carrier turns down."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.code} {refusal.title}")
        self.refusal = refusal


def refuse(status: int, code: str, *, title: str, detail: str = "", pointer: str = "") -> Refused:
    return Refused(Refusal(status=status, code=code, title=title, detail=detail, pointer=pointer))


def missing(name: str) -> Refused:
    return refuse(422, "10004", title="Missing required parameter", pointer=f"/{name}")


def call_ended() -> Refused:
    return refuse(
        422, "90018", title="Call has already ended", detail="This call is no longer active and can't receive commands."
    )


def not_answered() -> Refused:
    return refuse(
        422,
        "90034",
        title="Call not answered yet",
        detail="This call can't receive this command because it has not been answered yet.",
    )


def invalid_command(detail: str) -> Refused:
    return refuse(422, "90102", title="Command is invalid", detail=detail)


UNAUTHORIZED = Refusal(
    status=401,
    code="10009",
    title="Authentication failed",
    detail="The required authentication headers were either invalid or not included in the request.",
)
NOT_FOUND = Refusal(
    status=404, code="10005", title="Resource not found", detail="The requested resource or URL could not be found."
)


def too_many(code: str = "10011") -> Refusal:
    """429 with the headers of the rate limit."""
    return Refusal(
        status=429,
        code=code,
        title="Too many requests",
        detail="You have exceeded the maximum number of allowed requests.",
        headers={"x-ratelimit-limit": "30", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"},
    )


def server_error(status: int = 500) -> Refusal:
    return Refusal(status=status, code="10007", title="Internal server error", detail="An unexpected error occured.")
