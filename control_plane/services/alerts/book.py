"""How an alert changes what is stored, what is told and what is published."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from control_plane.core.alert.rule import Rule
from control_plane.observability.metrics import Metrics
from control_plane.ports.alerts import AlertRecord, AlertStore, Delivery, Notice, Notifier, Silence
from control_plane.ports.infrastructure import Bus, BusMessage
from control_plane.services.alerts.words import Words

TOPIC: Final = "alert"
GONE: Final = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Writes every change of an alert together with the deliveries that it causes, then publishes it.

    Nothing is published that was not stored. All methods raise StoreUnavailable.
    """

    store: AlertStore
    notifier: Notifier
    bus: Bus
    words: Words
    metrics: Metrics

    async def raised(self, alert: AlertRecord, rule: Rule, *, silences: Sequence[Silence]) -> AlertRecord | None:
        """As it was stored; None when another alert with its key is open."""
        if is_silenced(alert, silences):
            return await self._keep(replace(alert, silenced=True), (), outcome="silenced")
        notice = self.words.raised(alert, value=alert.value)
        return await self._tell(alert, rule, notice=notice, at=alert.raised_at, outcome="raised")

    async def repeated(self, alert: AlertRecord, rule: Rule, *, value: float, at: float) -> AlertRecord | None:
        """Tell again, or for the first time after a silence."""
        alert = replace(alert, value=value, silenced=False)
        notice = self.words.raised(alert, value=value)
        return await self._tell(alert, rule, notice=notice, at=at, outcome="repeated")

    async def resolved(
        self, alert: AlertRecord, rule: Rule | None, *, value: float, at: float, silences: Sequence[Silence]
    ) -> None:
        """Who was told of an alert is told of its end too. `rule` is None for one that is no more."""
        ended = _ended(replace(alert, value=value), at=at, silences=silences)
        if _ends_quietly(ended):
            await self._keep(ended, (), outcome="resolved")
            return
        notice = self.words.resolved(alert, value=value, at=at)
        await self._tell(ended, rule, notice=notice, at=at, outcome="resolved")

    async def abandoned(self, alert: AlertRecord, rule: Rule | None, *, at: float, silences: Sequence[Silence]) -> bool:
        """The end of an alert whose process is gone; False when it has ended already."""
        ended = _ended(alert, at=at, silences=silences)
        if _ends_quietly(ended):
            return await self._keep(ended, (), outcome=GONE) is not None
        notice = self.words.gone(alert, at=at)
        return await self._tell(ended, rule, notice=notice, at=at, outcome=GONE) is not None

    async def _tell(
        self, alert: AlertRecord, rule: Rule | None, *, notice: Notice, at: float, outcome: str
    ) -> AlertRecord | None:
        channels = self.channels(rule)
        if channels:
            alert = replace(alert, notices=alert.notices + 1, last_notified_at=at)
        deliveries = [
            Delivery(
                id=f"{alert.id}.{alert.notices}.{channel}",
                alert_id=alert.id,
                channel=channel,
                notice=notice,
                created_at=at,
                next_at=at,
            )
            for channel in channels
        ]
        return await self._keep(alert, deliveries, outcome=outcome)

    async def _keep(self, alert: AlertRecord, deliveries: Sequence[Delivery], *, outcome: str) -> AlertRecord | None:
        # What a process does to its own alerts it may repeat; of the others' alerts several may see the end.
        keep = self.store.end if outcome == GONE else self.store.record
        if not await keep(alert, deliveries):
            return None
        self.metrics.alerts_total.labels(outcome=outcome).inc()
        self.bus.publish(BusMessage(topic=TOPIC, call_id="", body=asdict(alert)))
        return alert

    def channels(self, rule: Rule | None) -> list[str]:
        """Those of the rule that are configured; all when it names none."""
        wanted = rule.channels if rule else ()
        return [channel.name for channel in self.notifier.channels if not wanted or channel.name in wanted]


def is_silenced(alert: AlertRecord, silences: Sequence[Silence]) -> bool:
    return any(silence.rule_id in ("", alert.rule_id) and silence.tenant in ("", alert.tenant) for silence in silences)


def _ended(alert: AlertRecord, *, at: float, silences: Sequence[Silence]) -> AlertRecord:
    return replace(alert, state="resolved", resolved_at=at, silenced=is_silenced(alert, silences))


def _ends_quietly(ended: AlertRecord) -> bool:
    return ended.silenced or ended.last_notified_at is None
