"""Ending the alerts of processes that are gone, and will not end them themselves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from control_plane.observability.logging import get_logger
from control_plane.ports.alerts import AlertFilter, AlertRecord, AlertStore
from control_plane.ports.infrastructure import Clock
from control_plane.ports.nodes import Node
from control_plane.services.alerts.book import Book

log = get_logger("alerts")

Directory = Callable[[], Awaitable[Sequence[Node]]]
"""All nodes that are listed. Raises StoreUnavailable."""

LOOK_S: Final = 60.0
GRACE_S: Final = 120.0
"""A process that is only started anew takes up its alerts itself."""
PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartedParts:
    """What it works with. `node` is our own name: its alerts are our watcher's."""

    node: str
    nodes: Directory
    store: AlertStore
    book: Book
    clock: Clock
    told: Callable[[], None]
    """Called when there may be something to deliver."""


class Departed:
    """Ends open alerts of nodes that the directory does not list any more. Every process of an installation does it;
    each alert is ended, and told, by the first.
    """

    def __init__(self, parts: DepartedParts) -> None:
        self._parts = parts
        self._missed_since: dict[str, float] = {}
        """By node (steady clock)."""

    async def run(self) -> NoReturn:
        """Look every now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as fault:
                # A border: what cannot be ended now is ended with a later look.
                log.error("alerts of processes that are gone could not be looked at", exc_info=fault)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> int:
        """End what is due; how many alerts. Raises StoreUnavailable."""
        parts, open_alerts = self._parts, await self._open()
        # Read after the alerts: whoever came back meanwhile is listed.
        listed = {parts.node, *(node.id for node in await parts.nodes())}
        left = [alert for alert in open_alerts if alert.node not in listed]
        now = parts.clock.steady()
        self._missed_since = {alert.node: self._missed_since.get(alert.node, now) for alert in left}
        return await self._end([alert for alert in left if now - self._missed_since[alert.node] >= GRACE_S])

    async def _open(self) -> Sequence[AlertRecord]:
        found: list[AlertRecord] = []
        wanted = AlertFilter(open=True, limit=PAGE)
        while True:
            page = await self._parts.store.list(wanted)
            found += page.items
            if not page.next_cursor:
                return found
            wanted = replace(wanted, cursor=page.next_cursor)

    async def _end(self, alerts: Sequence[AlertRecord]) -> int:
        if not alerts:
            return 0
        parts, at, ended = self._parts, self._parts.clock.wall(), 0
        rules = {rule.id: rule for rule in await parts.store.rules()}
        silences = await parts.store.silences(at=at)
        for alert in alerts:
            if await parts.book.abandoned(alert, rules.get(alert.rule_id), at=at, silences=silences):
                ended += 1
                log.warning("alert closed, its process is gone", rule=alert.rule_id, node=alert.node)
                parts.told()
        return ended
