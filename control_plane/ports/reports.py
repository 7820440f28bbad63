"""What is counted over calls: for pages that show how the day goes, and for whoever watches this process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from control_plane.ports.stores import TurnRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkFigures:
    """How the conversation of one call goes."""

    turns: int = 0
    """Of both sides."""
    latency_p95_ms: float | None = None
    last_latency_ms: float | None = None
    """Of the newest answer that was measured."""


SILENCE: Final = TalkFigures()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """The newest turn of a call."""

    speaker: str
    text: str
    """As the caller heard it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourReport:
    """One hour of a day, by the moment at which calls began and answers were given."""

    hour: int
    """Whole hours since the beginning of the report."""
    calls: int = 0
    answered: int = 0
    turns: int = 0
    latency_p95_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport:
    """Calls that began in a span of time, and the answers that the bot gave in it."""

    calls: int = 0
    inbound: int = 0
    outbound: int = 0
    answered: int = 0
    ended_outbound: int = 0
    answered_outbound: int = 0
    """Of the ended outbound calls, those that were answered."""
    ended_answered: int = 0
    succeeded: int = 0
    """Of the ended answered calls, those in which the caller spoke and which nothing broke off."""
    live: int = 0
    """Calls that have not ended, whenever they began."""
    messages: int = 0
    """Things said, by either side."""
    turns: int = 0
    """Answers of the bot to a turn of the caller."""
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    barge_ins: int = 0
    """Answers that the caller cut off."""
    hours: Sequence[HourReport] = ()
    """Those in which something happened, in order."""
    causes: Mapping[str, int] = field(default_factory=dict)
    """Ended calls by hangup cause."""


class ReportStore(Protocol):
    """Figures over what is kept. Every method reads once and may raise StoreUnavailable."""

    async def day(self, tenant_id: str | None, *, since: float, until: float) -> DayReport:
        """Of a tenant, or of all (None). Unix seconds; `until` is not in it."""
        ...

    async def bot(self, tenant_id: str, bot_id: str, *, bounds: Sequence[float]) -> DayReport:
        """Of the calls of one bot, from the first of the bounds (unix seconds, ascending) until before the last.

        Its `hours` are the spans between the bounds, counted from 0.
        """
        ...

    async def messages(self) -> int:
        """Turns of all calls that are kept."""
        ...

    async def talks(self, call_ids: Sequence[str]) -> Mapping[str, TalkFigures]:
        """By call; a call in which nothing was said is left out."""
        ...

    async def turns(self, call_ids: Sequence[str]) -> Mapping[str, Sequence[TurnRecord]]:
        """What was said, by call and in order; a call in which nothing was said is left out."""
        ...

    async def last_words(self, call_ids: Sequence[str]) -> Mapping[str, LastWords]:
        """By call; a call in which nothing was said is left out."""
        ...
