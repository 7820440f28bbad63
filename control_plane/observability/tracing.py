"""Traces of calls as plain data: which calls are traced, under which id, and what their spans say.

A span is handed over when all of it is over, with its times: nothing is kept open, and nothing costs anything while a
caller waits. The id of a trace follows from the id of its call, so that a process that takes over a call goes on with
the same trace.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

Attributes = Mapping[str, str | int | float | bool]

_RANDOM_DIGITS: Final = 14
"""The last 56 bits of a trace id are random (W3C Trace Context, level 2); the fixed bits of a UUID lie elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that took time. Times in unix seconds; attributes never hold what was said, names or numbers."""

    name: str
    start: float
    end: float
    attributes: Attributes = field(default_factory=dict)
    events: tuple[tuple[str, float], ...] = ()
    """Moments within, by name."""
    children: tuple["Span", ...] = ()
    asks: bool = False
    """Whether it is a question to somebody else."""
    fault: str = ""
    """The kind of error it ended with."""


class SpanSink(Protocol):
    """Takes finished spans away. Never waits, never raises; loses spans rather than memory."""

    def call(self, trace_id: str, span: Span) -> None:
        """The span of a whole call."""
        ...

    def part(self, trace_id: str, span: Span) -> None:
        """Something within a call, whose own span may come later, or from another process."""
        ...

    async def aclose(self) -> None: ...


def trace_id(call_id: str) -> str:
    """32 hexadecimal digits: the call's own id without its dashes."""
    try:
        return uuid.UUID(call_id).hex
    except ValueError:
        return hashlib.sha256(call_id.encode()).hexdigest()[:32]


def is_sampled(call_id: str, ratio: float) -> bool:
    """Whether this call is among the share that is traced: the same answer in every process."""
    if ratio >= 1.0:
        return True
    return int(trace_id(call_id)[-_RANDOM_DIGITS:], 16) < ratio * 16**_RANDOM_DIGITS


class Tracing:
    """Hands the spans of sampled calls to a sink, which `start` makes; without a sink it does nothing.

    `about` are attributes of every span of a name: which provider, which model.
    """

    def __init__(
        self,
        make_sink: Callable[[], SpanSink] | None = None,
        *,
        ratio: float = 1.0,
        about: Mapping[str, Attributes] | None = None,
    ) -> None:
        self._make_sink = make_sink
        self._sink: SpanSink | None = None
        self._ratio = ratio
        self._about = dict(about or {})

    def start(self) -> None:
        """Before the first call: a sink may take a while to load."""
        if self._make_sink is not None and self._sink is None:
            self._sink = self._make_sink()

    def sampled(self, call_id: str) -> bool:
        return self._sink is not None and bool(call_id) and is_sampled(call_id, self._ratio)

    def exemplar(self, call_id: str) -> dict[str, str] | None:
        """What a measurement of this call carries along, so that one finds from the figure to the trace."""
        return {"trace_id": trace_id(call_id)} if self.sampled(call_id) else None

    def about(self, name: str) -> Attributes:
        return self._about.get(name, {})

    def call(self, call_id: str, span: Span) -> None:
        """The call is over."""
        if self._sink is not None and self.sampled(call_id):
            self._sink.call(trace_id(call_id), span)

    def part(self, call_id: str, span: Span) -> None:
        """Something within the call is over."""
        if self._sink is not None and self.sampled(call_id):
            self._sink.part(trace_id(call_id), span)

    async def aclose(self) -> None:
        if self._sink is not None:
            await self._sink.aclose()
