"""What alerts need from outside: a memory, and ways to tell people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from control_plane.core.alert.rule import Rule, Severity

AlertState = Literal["raised", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """One alert: a rule that was broken in one process, from its raising to its resolution. Times in unix seconds."""

    id: str
    rule_id: str
    rule_name: str
    severity: Severity
    state: AlertState
    value: float
    """When it was last told, or resolved."""
    threshold: float
    comparison: str
    node: str
    raised_at: float
    labels: Mapping[str, str] = field(default_factory=dict)
    """Which of the rule's groups."""
    tenant: str = ""
    silenced: bool = False
    """Whether nobody was told of the last change because of a silence."""
    notices: int = 0
    """How often somebody was told."""
    last_notified_at: float | None = None
    resolved_at: float | None = None

    @property
    def key(self) -> str:
        """At most one alert with the same key is open."""
        labels = ",".join(f"{name}={self.labels[name]}" for name in sorted(self.labels))
        return f"{self.node}|{self.rule_id}|{labels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What people are told."""

    title: str
    body: str
    severity: Severity
    resolved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice on its way to one channel. `id` follows from the alert, so that a repeat changes nothing."""

    id: str
    alert_id: str
    channel: str
    notice: Notice
    created_at: float
    next_at: float
    """Not before."""
    state: str = "pending"
    """`pending`, `sent`, `failed` (given up) or `superseded` (overtaken by newer news of the same alert)."""
    attempts: int = 0
    error: str = ""
    claimed_by: str = ""
    claimed_until: float = 0.0
    """Until then nobody else tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nobody is told, though alerts are kept. `rule_id` empty: of no rule at all."""

    id: str
    until: float
    reason: str
    by: str
    created_at: float
    rule_id: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts to list; empty fields do not filter. Newest first."""

    open: bool | None = None
    node: str = ""
    rule_id: str = ""
    tenant: str = ""
    limit: int = 50
    cursor: str = ""
    """Opaque, from the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    items: Sequence[AlertRecord]
    next_cursor: str = ""


class AlertStore(Protocol):
    """Rules, alerts, silences, and deliveries as an outbox. Every method is one transaction; all may raise
    StoreUnavailable."""

    async def seed(self, rules: Sequence[Rule], *, at: float) -> None:
        """Add those whose ids were never used: what was changed or removed since stays so."""
        ...

    async def rules(self) -> Sequence[Rule]: ...

    async def rule(self, rule_id: str) -> Rule | None: ...

    async def save_rule(self, rule: Rule, *, at: float) -> None:
        """Insert or replace."""
        ...

    async def remove_rule(self, rule_id: str, *, at: float) -> bool:
        """False when there is none."""
        ...

    async def record(self, alert: AlertRecord, deliveries: Sequence[Delivery]) -> bool:
        """The alert as it is now and what is to be told, together; older news of it that still wait are superseded.

        False, and nothing stored, when another alert with its key is open.
        """
        ...

    async def end(self, alert: AlertRecord, deliveries: Sequence[Delivery]) -> bool:
        """As `record`, for the end of an alert that others may end as well.

        False, and nothing stored, when it is not open any more.
        """
        ...

    async def open_alert(self, key: str) -> AlertRecord | None: ...

    async def list(self, wanted: AlertFilter) -> AlertPage:
        """Raises ValueError for a cursor that is not ours."""
        ...

    async def claim(self, by: str, *, at: float, lease_s: float, limit: int) -> Sequence[Delivery]:
        """Deliveries that are due, now claimed by this one: nobody else gets them before the lease is over."""
        ...

    async def settle(self, delivery: Delivery) -> bool:
        """Keep how a claimed delivery went. False when it is no longer claimed by `claimed_by` until
        `claimed_until`."""
        ...

    async def silences(self, *, at: float) -> Sequence[Silence]:
        """Those that are not over."""
        ...

    async def add_silence(self, silence: Silence) -> None: ...

    async def remove_silence(self, silence_id: str) -> bool:
        """False when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to tell people. Never holds the address."""

    name: str
    kind: str
    """`mailto`, `slack`, `json`, …"""


class Notifier(Protocol):
    """Tells people over the channels that the operator has configured."""

    @property
    def channels(self) -> Sequence[Channel]: ...

    async def send(self, channel: str, notice: Notice, *, timeout_s: float) -> None:
        """Raises ProviderError, with a text that people understand and that holds no address."""
        ...
