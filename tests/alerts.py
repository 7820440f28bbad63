"""Rules, alerts and deliveries, filled in: a test names only what it is about. And a notifier that keeps what it is
told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from control_plane.core.alert.rule import Aggregation, Comparison, Rule, Severity
from control_plane.ports.alerts import AlertRecord, Channel, Delivery, Notice

NOTICE = Notice(title="Falla", body="valor 3, umbral > 2", severity=Severity.WARNING)


def rule(**changes: Any) -> Rule:
    usual: dict[str, Any] = {
        "id": "calls-failing",
        "name": "Llamadas con falla / Failing calls",
        "metric": "gateway_calls_ended_total",
        "aggregation": Aggregation.INCREASE,
        "comparison": Comparison.ABOVE,
        "threshold": 2.0,
    }
    return Rule(**{**usual, **changes})


def alert_record(alert_id: str = "alert-1", **changes: Any) -> AlertRecord:
    usual: dict[str, Any] = {
        "rule_id": "calls-failing",
        "rule_name": "Llamadas con falla / Failing calls",
        "severity": Severity.WARNING,
        "state": "raised",
        "value": 3.0,
        "threshold": 2.0,
        "comparison": ">",
        "node": "main",
        "raised_at": 10.0,
    }
    return AlertRecord(id=alert_id, **{**usual, **changes})


def delivery(alert: AlertRecord, **changes: Any) -> Delivery:
    usual: dict[str, Any] = {"channel": "mail", "notice": NOTICE, "created_at": 10.0, "next_at": 10.0}
    values = {**usual, **changes}
    return Delivery(id=f"{alert.id}.1.{values['channel']}", alert_id=alert.id, **values)


@dataclass(slots=True)
class FakeNotifier:
    """The Notifier port. Keeps (channel, notice); a channel with a fault raises it."""

    channels: Sequence[Channel] = (Channel(name="mail", kind="mailto"), Channel(name="chat", kind="slack"))
    sent: list[tuple[str, Notice]] = field(default_factory=list)
    faults: dict[str, Exception] = field(default_factory=dict)
    attempts: int = 0
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    """A channel takes a notice when its event is set."""

    async def send(self, channel: str, notice: Notice, *, timeout_s: float) -> None:
        self.attempts += 1
        if channel in self.slow:
            await self.slow[channel].wait()
        if channel in self.faults:
            raise self.faults[channel]
        self.sent.append((channel, notice))

    @property
    def titles(self) -> list[str]:
        return [notice.title for _, notice in self.sent]
