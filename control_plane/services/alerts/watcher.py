"""Looking at the process's own figures again and again, and holding them against the rules."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn
from uuid import uuid4

from control_plane.core.alert.figures import Snapshot
from control_plane.core.alert.reading import Group, read
from control_plane.core.alert.rule import Rule
from control_plane.core.alert.watch import Command, Raise, Repeat, Resolve, Watch, step, told
from control_plane.core.alert.window import Window
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.alerts import AlertFilter, AlertRecord, AlertStore, Silence
from control_plane.ports.infrastructure import Clock
from control_plane.services.alerts.book import Book, is_silenced

log = get_logger("alerts")

MOST_OPEN: Final = 1000
"""Alerts of one process that are taken up again after a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatcherParts:
    """What a watcher works with. `figures` are those of the named metrics, as they are now."""

    node: str
    interval_s: float
    store: AlertStore
    book: Book
    figures: Callable[[Sequence[str]], Snapshot]
    clock: Clock
    metrics: Metrics
    told: Callable[[], None]
    """Called when there may be something to deliver."""


@dataclass(slots=True)
class Track:
    """One rule: its recent past, and where it stands for each group."""

    rule: Rule
    window: Window
    watches: dict[Group, Watch] = field(default_factory=dict)
    alerts: dict[Group, AlertRecord] = field(default_factory=dict)


class Watcher:
    """Evaluates every enabled rule on this process alone. What cannot be stored has not happened: it is tried again
    with the next look.
    """

    def __init__(self, parts: WatcherParts) -> None:
        self._parts = parts
        # Times are kept over restarts, so they are the wall's; but steps of the wall's clock are no passing of time.
        self._epoch = parts.clock.wall() - parts.clock.steady()
        self._tracks: dict[str, Track] = {}
        self._orphans: list[AlertRecord] | None = None
        """Open alerts that no rule watches; None until the open ones were read."""

    async def run(self) -> NoReturn:
        """Look every interval, until cancelled."""
        while True:
            try:
                await self.look()
                self._parts.metrics.alerts_looks_total.labels(outcome="done").inc()
            except Exception as fault:
                # A border: alerts that ended with their first fault would be missed when they are needed.
                self._parts.metrics.alerts_looks_total.labels(outcome="failed").inc()
                log.error("alert rules could not be looked at", exc_info=fault)
            await asyncio.sleep(self._parts.interval_s)

    async def look(self) -> None:
        """Evaluate every rule once. Raises StoreUnavailable."""
        store, at = self._parts.store, self._epoch + self._parts.clock.steady()
        if self._orphans is None:
            mine = AlertFilter(open=True, node=self._parts.node, limit=MOST_OPEN)
            self._orphans = list((await store.list(mine)).items)
        rules = [rule for rule in await store.rules() if rule.enabled]
        silences = await store.silences(at=at)
        self._follow(rules)
        self._measure(rules, at)
        await self._end_orphans(at, silences)
        for track in self._tracks.values():
            for group in sorted(track.window.groups | set(track.alerts)):
                await self._step(track, group, at=at, silences=silences)
        self._parts.metrics.alerts_live.set(sum(len(track.alerts) for track in self._tracks.values()))

    def _follow(self, rules: Sequence[Rule]) -> None:
        """Bring the tracks to the rules as they are now. A changed rule begins to measure anew; its alerts go on."""
        assert self._orphans is not None
        current = {rule.id: rule for rule in rules}
        for rule_id, track in list(self._tracks.items()):
            rule = current.get(rule_id)
            if rule == track.rule:
                continue
            self._orphans += track.alerts.values()
            del self._tracks[rule_id]
        for rule in rules:
            self._tracks.setdefault(rule.id, Track(rule, Window(rule)))
        for alert in list(self._orphans):
            watching = self._tracks.get(alert.rule_id)
            if watching is None or set(watching.rule.by) != set(alert.labels):
                continue
            group = tuple(alert.labels[label] for label in watching.rule.by)
            _take_up(watching, group, alert=alert)
            self._orphans.remove(alert)

    def _measure(self, rules: Sequence[Rule], at: float) -> None:
        names = {name for rule in rules for name in (rule.metric, rule.over) if name}
        snapshot = self._parts.figures(sorted(names))
        for track in self._tracks.values():
            track.window.push(at, read(track.rule, snapshot))

    async def _end_orphans(self, at: float, silences: Sequence[Silence]) -> None:
        while self._orphans:
            alert = self._orphans[-1]
            await self._parts.book.resolved(alert, None, value=alert.value, at=at, silences=silences)
            self._orphans.pop()
            self._parts.told()

    async def _step(self, track: Track, group: Group, *, at: float, silences: Sequence[Silence]) -> None:
        before = track.watches.get(group, Watch())
        watch, command = step(track.rule, before, value=track.window.value(group, at), at=at)
        if command is not None:
            watch = await self._carry_out(command, track, group=group, watch=watch, moment=Moment(at, silences))
        if watch == Watch():
            track.watches.pop(group, None)
        else:
            track.watches[group] = watch

    async def _carry_out(
        self, command: Command, track: Track, *, group: Group, watch: Watch, moment: "Moment"
    ) -> Watch:
        """Where the rule stands when it is done. Raises StoreUnavailable when it is not."""
        book, at = self._parts.book, moment.at
        match command:
            case Raise():
                alert = self._alert(track.rule, group, value=command.value, at=at)
                return await self._raise(track, group, alert=alert, watch=watch, moment=moment)
            case Repeat():
                alert = track.alerts[group]
                if is_silenced(alert, moment.silences):
                    return watch
                track.alerts[group] = await book.repeated(alert, track.rule, value=command.value, at=at) or alert
            case Resolve():
                alert = track.alerts[group]
                await book.resolved(alert, track.rule, value=command.value, at=at, silences=moment.silences)
                del track.alerts[group]
                self._parts.told()
                return watch
        self._parts.told()
        return told(watch, at)

    async def _raise(self, track: Track, group: Group, *, alert: AlertRecord, watch: Watch, moment: "Moment") -> Watch:
        kept = await self._parts.book.raised(alert, track.rule, silences=moment.silences)
        if kept is not None:
            track.alerts[group] = kept
            log.warning("alert raised", rule=alert.rule_id, value=alert.value, silenced=kept.silenced)
            self._parts.told()
            return watch if kept.silenced else told(watch, moment.at)
        # An earlier try was stored though its answer was lost.
        if (stored := await self._parts.store.open_alert(alert.key)) is not None:
            _take_up(track, group, alert=stored)
        return track.watches.get(group, Watch())

    def _alert(self, rule: Rule, group: Group, *, value: float, at: float) -> AlertRecord:
        labels: Mapping[str, str] = dict(zip(rule.by, group, strict=True))
        return AlertRecord(
            id=uuid4().hex,
            rule_id=rule.id,
            rule_name=rule.name,
            severity=rule.severity,
            state="raised",
            value=value,
            threshold=rule.threshold,
            comparison=rule.comparison.value,
            node=self._parts.node,
            raised_at=at,
            labels=labels,
            tenant=rule.tenant,
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """One look: when it is, and what is silenced then."""

    at: float
    silences: Sequence[Silence]


def _take_up(track: Track, group: Group, *, alert: AlertRecord) -> None:
    track.alerts[group] = alert
    track.watches[group] = Watch(raised_at=alert.raised_at, notified_at=alert.last_notified_at)
