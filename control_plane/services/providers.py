"""How the providers of this process do: what they are, how often they failed lately, how long they took."""

import asyncio
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter, Histogram
from prometheus_client.samples import Sample

from control_plane.core.quantile import from_buckets
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock

SAMPLE_S: Final = 15.0
WINDOW: Final = 20
"""Samples that are kept: five minutes."""

MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """One provider as it is set up. `name` empty: none."""

    kind: str
    """`carrier`, `stt`, `brain` or `tts`."""
    name: str
    configured: bool
    model: str = ""
    voice: str = ""
    stages: Sequence[str] = ()
    """The stages of a turn that are its time."""
    breaker: Callable[[], str] | None = None
    """What becomes of the next question: `closed`, `open` or `half_open`; None: nothing guards it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long one stage took, since the process began."""

    stage: str
    count: int
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """How one provider does."""

    info: ProviderInfo
    errors: Mapping[str, int]
    """By kind, within the window."""
    errors_total: int
    latency: Sequence[Latency]


Errors = Mapping[tuple[str, str], float]
"""By provider and kind, since the process began."""


class ProviderBoard:
    """Reads what the metrics have counted; looks at them now and then to tell what is recent."""

    def __init__(self, infos: Sequence[ProviderInfo], *, metrics: Metrics, clock: Clock) -> None:
        self._infos = infos
        self._metrics = metrics
        self._clock = clock
        self._seen: deque[tuple[float, Errors]] = deque([(clock.steady(), {})], maxlen=WINDOW)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(SAMPLE_S)
            self.look()

    def look(self) -> None:
        """Note what is counted now."""
        self._seen.append((self._clock.steady(), self._errors()))

    @property
    def window_s(self) -> float:
        """How far back `errors` reach."""
        return self._clock.steady() - self._seen[0][0]

    def states(self) -> list[ProviderState]:
        now, before = self._errors(), self._seen[0][1]
        return [
            ProviderState(
                info=info,
                errors=_recent(info.name, now, before=before),
                errors_total=round(sum(count for (name, _), count in now.items() if name == info.name)),
                latency=[self._latency(stage) for stage in info.stages],
            )
            for info in self._infos
        ]

    def _errors(self) -> Errors:
        found: Tally[tuple[str, str]] = Tally()
        for sample in _samples(self._metrics.provider_errors_total, "_total"):
            found[sample.labels["provider"], sample.labels["kind"]] += int(sample.value)
        return dict(found)

    def _latency(self, stage: str) -> Latency:
        samples = _samples(self._metrics.turn_stage_seconds, "_bucket")
        buckets = sorted((float(s.labels["le"]), s.value) for s in samples if s.labels["stage"] == stage)
        return Latency(
            stage=stage,
            count=round(buckets[-1][1]) if buckets else 0,
            p50_ms=_ms(from_buckets(buckets, 0.5)),
            p95_ms=_ms(from_buckets(buckets, 0.95)),
        )


def _recent(provider: str, now: Errors, *, before: Errors) -> Mapping[str, int]:
    since = {
        kind: round(count - before.get((name, kind), 0)) for (name, kind), count in now.items() if name == provider
    }
    return {kind: count for kind, count in since.items() if count > 0}


def _samples(metric: Counter | Histogram, suffix: str) -> list[Sample]:
    return [sample for family in metric.collect() for sample in family.samples if sample.name.endswith(suffix)]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * MS, 1)
