"""What the doctor needs to see an installation as strangers see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from control_plane.core.doctor.echo import EchoResult


class Unreachable(Exception):
    """No answer. The text says why in a word or two and holds no address and no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Probe(Protocol):
    """All methods raise Unreachable, and take no longer than some seconds."""

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Ask once; redirections are not followed."""
        ...

    async def certificate_ends(self, url: str) -> float:
        """Unix seconds until which the certificate of an https address is valid; it need not be trusted."""
        ...

    async def echo(self, url: str) -> EchoResult:
        """Hold an echo call over a media socket: the address holds the ticket."""
        ...
