"""Callers whom nobody answered, and who are to be called back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One unanswered call. Times in unix seconds."""

    id: str
    """Of the request that nobody answered: the same when it is told twice."""
    at: float
    sender: str
    to: str
    call_sid: str = ""
    carrier: str = ""
    done_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Which to list, newest first. `open` None: all."""

    open: bool | None = None
    limit: int = 50
    cursor: str = ""
    """Opaque, from the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPage:
    items: Sequence[Callback]
    next_cursor: str = ""


class CallbackStore(Protocol):
    """Every method is one transaction and may raise StoreUnavailable."""

    async def add(self, callbacks: Sequence[Callback]) -> None:
        """Keep those that are not known; the others stay as they are."""
        ...

    async def list(self, wanted: CallbackFilter) -> CallbackPage:
        """Raises ValueError for a cursor that is not ours."""
        ...

    async def finish(self, callback_id: str, *, at: float) -> Callback | None:
        """Mark as called back; one that was before keeps its time. None when there is no such."""
        ...
