"""What people may do with alerts: see them, change rules, silence, try the channels."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

from control_plane.core.alert.figures import Measurable
from control_plane.core.alert.rule import Rule, faults
from control_plane.ports.alerts import AlertFilter, AlertPage, AlertStore, Channel, Notifier, Silence
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.services.alerts.defaults import DEFAULTS
from control_plane.services.alerts.words import Words

TEST_S: Final = 10.0
MOST_RULES: Final = 200


class UnknownRule(LookupError):
    """No alert rule has this id."""


class UnknownSilence(LookupError):
    """No silence has this id."""


class UnknownChannel(LookupError):
    """No channel has this name."""


class BadRule(ValueError):
    """A rule that could never work; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a test message went on one channel; `text` is for people."""

    channel: Channel
    delivered: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDesk:
    """Every method but `channels` may raise StoreUnavailable."""

    store: AlertStore
    notifier: Notifier
    clock: Clock
    words: Words
    catalogue: Callable[[], Mapping[str, Measurable]]

    async def seed(self) -> None:
        """Add the default rules that this installation has never seen."""
        await self.store.seed(DEFAULTS, at=self.clock.wall())

    async def alerts(self, wanted: AlertFilter) -> AlertPage:
        """Raises ValueError for a page that cannot be."""
        return await self.store.list(wanted)

    async def rules(self) -> Sequence[Rule]:
        return await self.store.rules()

    async def add_rule(self, rule: Rule) -> Rule:
        """With an id of its own. Raises BadRule."""
        if len(await self.store.rules()) >= MOST_RULES:
            raise BadRule(f"there are {MOST_RULES} rules already: remove one first")
        return await self._save(replace(rule, id=uuid4().hex[:12]))

    async def change_rule(self, rule_id: str, changes: Mapping[str, Any]) -> Rule:
        """Raises UnknownRule, BadRule."""
        return await self._save(replace(await self._rule(rule_id), **changes))

    async def remove_rule(self, rule_id: str) -> None:
        """Its open alerts are resolved with the next look. Raises UnknownRule."""
        if not await self.store.remove_rule(rule_id, at=self.clock.wall()):
            raise UnknownRule(rule_id)

    async def silences(self) -> Sequence[Silence]:
        return await self.store.silences(at=self.clock.wall())

    async def silence(self, silence: Silence) -> Silence:
        """With an id of its own. Raises UnknownRule."""
        if silence.rule_id:
            await self._rule(silence.rule_id)
        silence = replace(silence, id=uuid4().hex[:12])
        await self.store.add_silence(silence)
        return silence

    async def end_silence(self, silence_id: str) -> None:
        """Raises UnknownSilence."""
        if not await self.store.remove_silence(silence_id):
            raise UnknownSilence(silence_id)

    @property
    def channels(self) -> Sequence[Channel]:
        return self.notifier.channels

    async def test(self, name: str = "") -> Sequence[Tried]:
        """Send a test message to one channel, or to all at once. Raises UnknownChannel."""
        chosen = [channel for channel in self.channels if name in ("", channel.name)]
        if name and not chosen:
            raise UnknownChannel(name)
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(self._try(channel)) for channel in chosen]
        return [each.result() for each in tries]

    async def _try(self, channel: Channel) -> Tried:
        try:
            await self.notifier.send(channel.name, self.words.test(), timeout_s=TEST_S)
        except ProviderError as fault:
            return Tried(channel=channel, delivered=False, text=str(fault))
        return Tried(channel=channel, delivered=True, text="delivered")

    async def _rule(self, rule_id: str) -> Rule:
        rule = await self.store.rule(rule_id)
        if rule is None:
            raise UnknownRule(rule_id)
        return rule

    async def _save(self, rule: Rule) -> Rule:
        found = list(faults(rule, self.catalogue()))
        known = {channel.name for channel in self.channels}
        found += [f"channels: there is no channel {name}" for name in rule.channels if name not in known]
        if found:
            raise BadRule("; ".join(found))
        await self.store.save_rule(rule, at=self.clock.wall())
        return rule
