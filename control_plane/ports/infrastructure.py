"""Small needs from the platform: clock, blobs, bus, cache, numbering plan."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Clock(Protocol):
    """The only source of time; the core gets time as an argument."""

    def wall(self) -> float:
        """Unix seconds: for what is stored."""
        ...

    def steady(self) -> float:
        """Monotonic seconds, the event loop's own: for intervals and pacing."""
        ...


class BlobStore(Protocol):
    """Audio files by key (`recordings/<call>.wav`)."""

    async def put(self, key: str, data: bytes, *, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def url(self, key: str, *, expires_s: int = 600) -> str:
        """An address from which the carrier or a browser can fetch it without credentials, for a while."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BusMessage:
    """A fact for whoever listens: dashboards, other processes, the demo."""

    topic: str
    """`call.state`, `call.turn`, `call.words`, `call.barge_in`."""
    call_id: str
    body: Mapping[str, Any]


class Bus(Protocol):
    """Facts in passing: nobody relies on having heard one. A slow listener loses the oldest."""

    def publish(self, message: BusMessage) -> None: ...

    def subscribe(self) -> AsyncIterator[BusMessage]:
        """Everything from now on, until the iterator is closed."""
        ...


class Cache(Protocol):
    """Bytes by key for a while; may forget at any time."""

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None: ...


class BadNumber(ValueError):
    """Not a telephone number that can be called; the text says why, without the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """A valid number. `time_zones` are all that it may be in; the first is the best guess."""

    e164: str
    region: str
    time_zones: tuple[str, ...]


class NumberPlan(Protocol):
    def parse(self, text: str) -> PhoneNumber:
        """Any way of writing it, with the configured default region. Raises BadNumber."""
        ...
