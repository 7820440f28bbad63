"""How the gateway asks addresses that its customers chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from control_plane.ports.errors import Rejected


class ForbiddenAddress(Rejected):
    """The address leads into a network that is not public, or is no web address at all. `code` says which rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAnswer:
    """What the other side said, whatever its status: redirects are answers too and are not followed."""

    status: int
    body: bytes
    """The first bytes of it, at most 4096; the rest is not read."""
    took_s: float


class OutboundHttp(Protocol):
    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> OutboundAnswer:
        """Once, within `timeout_s` from the look-up of the name to the last byte kept.

        Raises ForbiddenAddress, Unavailable (no such name, refused, TLS fails, cut), Timeout; provider is `outbound`.
        The pure part of the check is `core.web_address.look`: use it when an address is entered.
        """
        ...
