"""What the pages that watch the gateway are given, as pydantic models."""

from typing import Literal

from pydantic import BaseModel, Field, RootModel

from control_plane.web.schemas import CallOut

ProviderKind = Literal["carrier", "stt", "brain", "tts"]
BreakerName = Literal["closed", "open", "half_open"]


class CallCounts(BaseModel):
    """Calls of today, by where they came from and what came of them. `live` are all that have not ended."""

    live: int
    today: int
    answered_today: int
    inbound_today: int
    outbound_today: int


class TurnCounts(BaseModel):
    """Answered turns of today, and how long callers waited for the answer."""

    today: int
    p50_ms: float | None
    p95_ms: float | None


class HourOut(BaseModel):
    """One hour of today."""

    hour_start: float
    """Unix seconds."""
    calls: int
    answered: int
    turns: int
    p95_ms: float | None


class CauseOut(BaseModel):
    """How many of today's calls ended for one cause."""

    cause: str
    count: int


class OverviewOut(BaseModel):
    """How today goes, over all control planes that share the database. Rates are 0 to 1, null without such a call."""

    at: float
    """When it was counted."""
    node: str
    """Which control plane answers."""
    zone: str
    """Whose midnight today began at."""
    calls: CallCounts
    answer_rate: float | None
    """Answered outbound calls among the ended outbound calls of today."""
    success_rate: float | None
    """Among the ended answered calls of today: the caller spoke, and nothing broke the call off."""
    turns: TurnCounts
    barge_ins_today: int
    """Answers that callers cut off."""
    by_hour: list[HourOut]
    """Every hour of today until now."""
    hangup_causes: list[CauseOut]
    """Most frequent first."""


class FigureCalls(BaseModel):
    """`live` are this process's; the others are counted over the shared database, null while it never answered."""

    live: int
    today: int | None
    answered_today: int | None


class FigureMessages(BaseModel):
    """Things said by either side."""

    today: int | None
    total: int | None


class FiguresOut(BaseModel):
    """What is known of this process, answered at once whatever the database does."""

    node: str
    version: str
    pid: int
    uptime_s: float
    ready: bool
    draining: bool
    reasons: list[str]
    calls: FigureCalls
    messages: FigureMessages
    bots: int
    sellers: int
    """Always 0: there are none."""
    age_s: float | None
    """How old the counted figures are; null while there are none."""


class LiveCall(BaseModel):
    """A call that has not ended, and what was said last."""

    call: CallOut
    last_speaker: str
    """`caller`, `agent`, or empty."""
    last_text: str
    last_latency_ms: float | None
    turns: int


class LiveCallList(BaseModel):
    """Newest first, at most 200."""

    items: list[LiveCall]


class WaveformChannel(BaseModel):
    """One side of a recording."""

    name: Literal["caller", "agent", "both"]
    """`both` in a recording with one channel."""
    peaks: list[float]
    """Loudest sample of each stretch, 0 to 1."""


class WaveformOut(BaseModel):
    """The outline of a recording."""

    duration_s: float
    channels: list[WaveformChannel]


class LatencyOut(BaseModel):
    """How long one stage took, since the process began; estimated from the buckets of its histogram."""

    stage: str
    count: int
    p50_ms: float | None
    p95_ms: float | None


class ProviderOut(BaseModel):
    """One provider, as this process sees it."""

    kind: ProviderKind
    name: str
    """Empty when none is configured."""
    configured: bool
    model: str
    voice: str
    errors: dict[str, int]
    """By kind, over the last `errors_window_s`."""
    errors_total: int
    """Since the process began."""
    latency: list[LatencyOut]
    breaker: BreakerName | None
    """Null: this provider is guarded by none."""


class ProvidersOut(BaseModel):
    """The providers of this process."""

    at: float
    node: str
    errors_window_s: float
    """Up to five minutes; less in a process that began just now."""
    items: list[ProviderOut]


class HealthOut(BaseModel):
    """Whether the process answers. The figures are for those who may use the API."""

    status: str
    ready: bool
    draining: bool
    live_calls: int = Field(default=0)
    uptime_s: float = Field(default=0.0)
    missing: list[str] = Field(default_factory=list)
    """What real calls still need."""


class ReadyOut(HealthOut):
    """Whether calls may be sent here."""

    reasons: list[str]


class Nothing(BaseModel):
    """No body."""


class AudioFile(RootModel[bytes]):
    """The audio, whole or the part that `Range` asks for."""


class Csv(RootModel[str]):
    """A table with a line of names."""


class JsonLines(RootModel[str]):
    """A JSON object a line."""


class EventStream(RootModel[str]):
    """Server-sent events: `event:` is the topic, `data:` JSON."""


class MetricsText(RootModel[str]):
    """The text format of Prometheus, or OpenMetrics when it is asked for."""
