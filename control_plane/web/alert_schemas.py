"""What the alerts API takes and gives."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from control_plane.core.alert.rule import Aggregation, Comparison, Rule, Severity
from control_plane.ports.alerts import AlertRecord, Channel, Silence
from control_plane.services.alerts.desk import Tried


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters are not taken")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_printable)
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Words = Annotated[list[Word], Field(max_length=20)]
Filter = Annotated[dict[Word, Annotated[list[Word], Field(min_length=1, max_length=20)]], Field(max_length=5)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Seconds = Annotated[float, Field(allow_inf_nan=False, ge=0, le=604_800)]
Window = Annotated[float, Field(allow_inf_nan=False, gt=0, le=86_400)]
Count = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e15)]
Part = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
Over = Annotated[str, StringConstraints(max_length=100)]
Tenant = Annotated[str, StringConstraints(max_length=64, pattern="^[a-z0-9-]*$")]


class AlertOut(BaseModel):
    """One alert. Times in unix seconds; `labels` say which of the rule's groups it is about."""

    id: str
    rule_id: str
    rule_name: str
    severity: Severity
    state: Literal["raised", "resolved"]
    value: float
    threshold: float
    comparison: str
    node: str
    raised_at: float
    labels: dict[str, str]
    tenant: str
    silenced: bool
    notices: int
    last_notified_at: float | None
    resolved_at: float | None

    @classmethod
    def of(cls, alert: AlertRecord) -> "AlertOut":
        return cls(**asdict(alert))


class AlertList(BaseModel):
    items: list[AlertOut]
    next_cursor: str


class RuleIn(BaseModel):
    """A new rule. See docs/alerts.md for what the fields mean."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Many calls",
                    "metric": "gateway_calls_live",
                    "aggregation": "value",
                    "comparison": ">",
                    "threshold": 40,
                    "for_s": 60,
                }
            ]
        },
    )

    name: Name
    metric: Word
    aggregation: Aggregation
    comparison: Comparison
    threshold: Number
    labels: Filter = Field(default_factory=dict)
    by: Words = Field(default_factory=list)
    over: Over = ""
    over_labels: Filter = Field(default_factory=dict)
    minimum: Count = 0.0
    hysteresis: Part = 0.0
    window_s: Window = 300.0
    for_s: Seconds = 0.0
    severity: Severity = Severity.WARNING
    tenant: Tenant = ""
    repeat_after_s: Seconds = 3600.0
    channels: Words = Field(default_factory=list)
    enabled: bool = True

    def rule(self) -> Rule:
        return Rule(id="", **plain(self.model_dump()))


class RulePatch(BaseModel):
    """Some fields of a rule; those that are left out, or null, stay as they are."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    metric: Word | None = None
    aggregation: Aggregation | None = None
    comparison: Comparison | None = None
    threshold: Number | None = None
    labels: Filter | None = None
    by: Words | None = None
    over: Over | None = None
    over_labels: Filter | None = None
    minimum: Count | None = None
    hysteresis: Part | None = None
    window_s: Window | None = None
    for_s: Seconds | None = None
    severity: Severity | None = None
    tenant: Tenant | None = None
    repeat_after_s: Seconds | None = None
    channels: Words | None = None
    enabled: bool | None = None

    def changes(self) -> dict[str, Any]:
        return plain(self.model_dump(exclude_none=True))


class RuleOut(BaseModel):
    """A rule as it is kept."""

    id: str
    name: str
    metric: str
    aggregation: Aggregation
    comparison: Comparison
    threshold: float
    labels: dict[str, list[str]]
    by: list[str]
    over: str
    over_labels: dict[str, list[str]]
    minimum: float
    hysteresis: float
    window_s: float
    for_s: float
    severity: Severity
    tenant: str
    repeat_after_s: float
    channels: list[str]
    enabled: bool

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        lists = {label: list(words) for label, words in rule.labels.items()}
        divisor = {label: list(words) for label, words in rule.over_labels.items()}
        own = {**asdict(rule), "labels": lists, "over_labels": divisor, "by": list(rule.by)}
        return cls(**{**own, "channels": list(rule.channels)})


class RuleList(BaseModel):
    items: list[RuleOut]


class SilenceIn(BaseModel):
    """Tell nobody for a while; without `rule_id` of nothing at all."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"minutes": 60, "reason": "works on the line", "by": "Laura"}]}
    )

    rule_id: Annotated[str, StringConstraints(max_length=64), AfterValidator(_printable)] = ""
    minutes: Annotated[int, Field(ge=1, le=43_200)]
    reason: Line = ""
    by: Line = ""
    tenant: Tenant = ""

    def silence(self, now: float) -> Silence:
        return Silence(
            id="",
            until=now + self.minutes * 60,
            reason=self.reason,
            by=self.by,
            created_at=now,
            rule_id=self.rule_id,
            tenant=self.tenant,
        )


class SilenceOut(BaseModel):
    id: str
    rule_id: str
    until: float
    reason: str
    by: str
    created_at: float
    tenant: str

    @classmethod
    def of(cls, silence: Silence) -> "SilenceOut":
        return cls(**asdict(silence))


class SilenceList(BaseModel):
    items: list[SilenceOut]


class ChannelOut(BaseModel):
    """A way to tell people. Its address stays in the settings."""

    name: str
    kind: str

    @classmethod
    def of(cls, channel: Channel) -> "ChannelOut":
        return cls(name=channel.name, kind=channel.kind)


class ChannelList(BaseModel):
    items: list[ChannelOut]


class TestIn(BaseModel):
    """Empty: all channels."""

    __test__ = False

    channel: Annotated[str, StringConstraints(max_length=64)] = ""


class TestResult(BaseModel):
    """How the test message went on one channel; `text` says why when it did not arrive."""

    __test__ = False

    channel: str
    kind: str
    delivered: bool
    text: str

    @classmethod
    def of(cls, tried: Tried) -> "TestResult":
        return cls(channel=tried.channel.name, kind=tried.channel.kind, delivered=tried.delivered, text=tried.text)


class TestResults(BaseModel):
    __test__ = False

    items: list[TestResult]


def plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """As the core has them: lists as tuples."""
    filters = {
        name: {label: tuple(words) for label, words in fields[name].items()}
        for name in ("labels", "over_labels")
        if name in fields
    }
    lists = {name: tuple(fields[name]) for name in ("by", "channels") if name in fields}
    return {**fields, **filters, **lists}
