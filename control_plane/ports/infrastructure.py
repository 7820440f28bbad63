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

    async def size(self, key: str) -> int | None:
        """In bytes; None when there is no such file."""
        ...

    def read(self, key: str, *, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `stop`, piece by piece; fewer when the file is shorter or gone."""
        ...

    async def delete(self, key: str) -> None:
        """That there is no such file is no fault."""
        ...

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
    tenant_id: str = ""
    """Whose business it is; empty: the installation's."""


class Bus(Protocol):
    """Facts in passing: nobody relies on having heard one. A slow listener loses the oldest."""

    def publish(self, message: BusMessage) -> None: ...

    def subscribe(self) -> AsyncIterator[BusMessage]:
        """Everything from now on, until the iterator is closed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """What a cache answered. `stamp` goes back with `put`: what was made before a `drop` is not kept after it."""

    value: bytes | None
    stamp: bytes


class Cache(Protocol):
    """Bytes by kind and key for a while. It may forget at any time and never fails: what it cannot do stays undone."""

    async def look(self, kind: str, key: str) -> Cached: ...

    async def put(self, kind: str, key: str, *, value: bytes, ttl_s: float, stamp: bytes) -> None: ...

    async def drop(self, kind: str, key: str | None = None) -> None:
        """Forget one entry, or all of the kind."""
        ...

    async def claim(self, kind: str, key: str, *, ttl_s: float) -> bool:
        """Whether we are the one to make the entry; for so long nobody else is, unless `release` comes first."""
        ...

    async def release(self, kind: str, key: str) -> None:
        """Give our claim back."""
        ...


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
