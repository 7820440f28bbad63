"""What is kept about persons on the side of the calls, and how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """A call as far as it has to be erased."""

    id: str
    live: bool
    recordings: Sequence[str]
    """Keys of blobs that may be there."""
    marks: Sequence[str]
    """Texts by which raw messages of carriers are known to belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a search through the raw messages goes on."""

    carrier: str = ""
    event_id: str = ""


class PersonalCalls(Protocol):
    """Calls with persons. All methods raise StoreUnavailable; each is one short transaction and may be repeated."""

    async def of_numbers(self, tenant_id: str, numbers: Sequence[str], *, limit: int) -> Sequence[KeptCall]:
        """Calls from or to these numbers, those that have ended first."""
        ...

    async def blank(self, tenant_id: str, call_ids: Sequence[str], *, numbers: Sequence[str]) -> int:
        """Take names, these numbers, variables and everything said out of calls; how many turns were emptied. The
        calls remain, for the figures."""
        ...

    async def blank_messages(self, marks: Sequence[str], place: Place) -> tuple[int, Place | None]:
        """Empty raw messages of carriers that contain one of the texts, from a place on: how many of the portion, and
        where the next one begins; None at the end."""
        ...

    async def forget_callbacks(self, numbers: Sequence[str]) -> int:
        """Remove callers with these numbers from those who are to be called back; how many."""
        ...

    async def with_recording(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        """Ended calls that began before, and have a recording."""
        ...

    async def without_recording(self, call_ids: Sequence[str]) -> None:
        """Note that their recordings are gone."""
        ...

    async def with_words(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        """Ended calls that began before, of which it is kept what was said."""
        ...

    async def silence(self, call_ids: Sequence[str]) -> None:
        """Forget what was said in them."""
        ...

    async def older(self, tenant_id: str, *, before: float, limit: int) -> Sequence[KeptCall]:
        """Ended calls that began before."""
        ...

    async def remove(self, call_ids: Sequence[str]) -> None:
        """Remove them with everything that belongs to them."""
        ...
