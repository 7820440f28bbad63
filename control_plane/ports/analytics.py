"""Figures over calls that have ended, counted once and added up when somebody asks.

A call is counted in some slices: among all, among those of its bot, of its hangup cause, of its seller, of its
campaign; in each for its direction and for both. What happened in it is counted by when it happened: the call by its
beginning, what was said by when it was said.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

ALL: Final = "all"
BOT: Final = "bot"
CAUSE: Final = "cause"
SELLER: Final = "seller"
CAMPAIGN: Final = "campaign"

BOTH: Final = "*"
"""Inbound and outbound calls together."""

COUNTS: Final = ("calls", "answered", "talked", "succeeded", "seconds", "messages", "barge_ins")
"""Columns that are simply added up. `talked`: the caller spoke. `seconds`: from answer to end."""
LATENCIES: Final = "latencies"
"""The column with a packed histogram (`core.analytics.histogram`) of how long answers took: as many as there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsWanted:
    """Which counted facts."""

    tenant_id: str
    step: int
    ranges: Sequence[tuple[int, int]]
    """Beginnings of steps: from, to before. Unix seconds."""
    kind: str = ALL
    key: str | None = None
    """None: every key of the kind, each by itself."""
    direction: str = BOTH
    """None of its own: `*`."""
    every_direction: bool = False
    """Instead of `direction`: inbound and outbound, each by itself, in the place of the key."""
    columns: Sequence[str] = COUNTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Calls of a tenant that have ended and are not counted yet."""

    calls: int
    """At most `MOST_WAITING`."""
    since: float | None
    """Beginning of the oldest of them."""


MOST_WAITING: Final = 1_000


class AnalyticsStore(Protocol):
    """Counted facts. Every method may raise StoreUnavailable."""

    async def facts(self, wanted: FactsWanted) -> Sequence[Sequence[Any]]:
        """(beginning of the step, key, *columns) in no order; steps without anything are left out."""
        ...

    async def waiting(self, tenant_id: str) -> Waiting: ...

    async def live(self, tenant_id: str) -> int:
        """Calls that have not ended."""
        ...

    async def count_ended(self, *, before: float, limit: int) -> int:
        """Count the newest `limit` calls, of any tenant, that ended before and are not counted: how many.

        Each call is counted once, whoever else counts at the same time and whatever was interrupted before.
        """
        ...


def number_of(call_id: str, created_at: float) -> int:
    """A number for a call that rises with its beginning, by milliseconds."""
    tail = int.from_bytes(hashlib.blake2s(call_id.encode(), digest_size=3).digest()) >> 4
    return first_number(created_at) | tail


def first_number(created_at: float) -> int:
    """The smallest number of calls that began in that millisecond."""
    return int(created_at * 1000) << NUMBER_BITS


NUMBER_BITS: Final = 20
