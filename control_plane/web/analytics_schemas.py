"""What analytics takes and says."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from control_plane.core.analytics.periods import Interval
from control_plane.resources.fields import printable
from control_plane.services.analytics.question import Dimension, Metric

Word = Annotated[str, Field(max_length=100), AfterValidator(printable)]


class AnalyticsQuery(BaseModel):
    """Over which calls; without a span: the last 30 days and today."""

    model_config = ConfigDict(populate_by_name=True)

    since: Annotated[
        Word, Field(alias="from", description="Begun then or later: unix seconds, or an ISO date of the zone.")
    ] = ""
    until: Annotated[
        Word, Field(alias="to", description="Begun before: unix seconds or an ISO time; a date includes that day.")
    ] = ""
    zone: Annotated[Word, Field(description="A time zone, `America/Bogota`; empty for the tenant's.")] = ""
    bot_id: Word = ""
    direction: Annotated[Literal["", "inbound", "outbound"], Field(description="Empty for both.")] = ""


class SeriesQuery(AnalyticsQuery):
    metric: Annotated[Metric, Field(description="`latency_p95` in milliseconds.")] = "calls"
    interval: Interval = "day"


class PartsQuery(AnalyticsQuery):
    dimension: Dimension


class SpanOut(BaseModel):
    """Over which calls the figures are, and how up to date they are."""

    zone: str
    since: float
    until: float
    """Unix seconds, at borders of quarters of an hour; `until` is not in it."""
    at: float
    """When it was added up."""
    as_of: float
    """Calls that began before and have ended are all counted."""
    waiting: int
    """Calls that have ended and are not counted yet; 1000: that many or more."""
    live: int
    """Calls that have not ended; they are not among the figures."""


class TotalOut(BaseModel):
    """Figures over calls that have ended. Rates are 0 to 1, null without such a call."""

    calls: int
    answered: int
    talked: int
    """Answered, and the caller said something."""
    succeeded: int
    """The caller spoke, and nothing broke the call off."""
    answer_rate: float | None
    success_rate: float | None
    """Among the answered calls."""
    minutes: float
    """From answer to end, of all."""
    messages: int
    """Things said, by either side."""
    turns: int
    """Answers of the bot that were measured."""
    barge_ins: int
    """Answers that callers cut off."""
    latency_p50_ms: float | None
    latency_p95_ms: float | None


class SummaryOut(SpanOut, TotalOut):
    """All figures of a span."""


class PointOut(BaseModel):
    """One hour, day, week or month; the first and the last may be cut by the span."""

    since: float
    until: float
    value: float | None


class SeriesOut(SpanOut):
    """How a metric goes."""

    metric: Metric
    interval: Interval
    points: list[PointOut]


class StageOut(BaseModel):
    """How many calls came so far."""

    stage: Literal["calls", "answered", "talked", "succeeded", "ordered"]
    calls: int
    share: float | None
    """Of those of the first stage."""


class FunnelOut(SpanOut):
    """From the dialled call to the order. `ordered` is left out when one bot or direction is asked for."""

    stages: list[StageOut]


class PartOut(TotalOut):
    """The calls with one key."""

    key: str
    """Id of the bot, seller or campaign; hangup cause; `inbound` or `outbound`; hour `00` to `23`; weekday `1` (Monday)
    to `7`."""


class PartsOut(SpanOut):
    """Figures by one dimension; keys without calls are left out."""

    dimension: Dimension
    items: list[PartOut]
