"""What the call path and the contacts know of each other: may a number be dialled, what happened with a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A number that must not be called."""

    since: float
    """Unix seconds."""
    source: str
    """Who said so: `person`, `user`, `import`, `call`."""


class DialPermit(Protocol):
    """Asked at the moment of dialling."""

    async def suppressed(self, tenant_id: str, e164: str) -> Suppressed | None:
        """None when the number may be called. Raises StoreUnavailable: who cannot be asked is not called."""
        ...


class AnybodyMayBeCalled:
    """The DialPermit of an installation without contacts."""

    async def suppressed(self, tenant_id: str, e164: str) -> Suppressed | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Of whom something is told."""

    tenant_id: str
    contact_id: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened with a person."""

    at: float
    kind: str
    """`call`, `order`, `message`, …"""
    id: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Which happenings are wanted: those that come after this one in an order from new to old."""

    at: float
    id: str
    limit: int


class HappeningSource(Protocol):
    """One kind of happenings. Raises StoreUnavailable."""

    async def happened(self, person: Person, before: Before) -> Sequence[Happening]:
        """The newest first, by time and id."""
        ...
