"""Which of the control planes that share a database live, and which calls may therefore be taken over."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.nodes import Node, NodeStore
from control_plane.ports.stores import StoreUnavailable

log = get_logger("nodes")

BEAT_S: Final = 2.0

LEASE_S: Final = 10.0
"""A node whose beat stands still for so long is gone, and its calls go to others. Longer than any pause of a process
that lives: a node that is taken for dead while it only stumbles has two bots talk to one caller for a moment."""

BLINK_S: Final = 5.0
"""Whoever has not looked for so long has not seen that a beat stood still, and begins to watch anew."""


class Household(Protocol):
    """The calls of this process, as far as its place among the nodes decides about them."""

    async def recover(self) -> int:
        """Take over what belongs to our name, or to nobody; how many calls."""
        ...

    async def adopt(self) -> int:
        """Take over what belongs to nodes that are gone; how many calls."""
        ...

    async def release(self) -> None:
        """Let go of every call that lives here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    """What was last seen of a node, and since when (steady clock) it looks like that."""

    node: Node
    since: float
    gone: bool = False


class Nodes:
    """This process in the directory of nodes, and its view of the others.

    Lives are told by beats that move, each watched with our own clock: nothing depends on machines agreeing on the
    time. While the directory cannot be read nobody is declared dead.
    """

    def __init__(
        self,
        name: str,
        *,
        address: str,
        store: NodeStore,
        clock: Clock,
        reap: Callable[[Sequence[str]], Awaitable[int]] | None = None,
    ) -> None:
        """`reap` is told again and again which nodes are gone: their other work is to go on elsewhere, too."""
        self.name = name
        self._me = Node(id=name, instance=str(uuid.uuid4()), beat=0, address=address)
        self._store = store
        self._clock = clock
        self._reap = reap
        self._others: dict[str, _Sighting] = {}
        self._looked_at = clock.steady()
        self._left: set[str] = set()
        """The orphans that were there the last time."""
        self.superseded = asyncio.Event()
        """Another process runs under our name: this one has to end."""

    async def enter(self) -> None:
        """Be listed, and see who else is. Raises StoreUnavailable."""
        await self._store.enter(self._me)
        await self._look()

    def elsewhere(self, node: str) -> bool:
        """Whether this is another node, and it lived when we looked last."""
        sighting = self._others.get(node)
        return node != self.name and sighting is not None and not sighting.gone

    async def lives_elsewhere(self, node: str) -> bool:
        """The same, with another look for a node that we have not seen yet. Raises StoreUnavailable."""
        if node not in ("", self.name) and node not in self._others:
            await self._look()
        return self.superseded.is_set() or self.elsewhere(node)

    def address(self, node: str) -> str:
        """Where a node that lives elsewhere is reached."""
        return self._others[node].node.address

    @property
    def alone(self) -> bool:
        """Whether no other node lives."""
        return not self.superseded.is_set() and not any(self.elsewhere(node) for node in self._others)

    async def orphans(self, *, ours: bool) -> Sequence[str]:
        """Calls of no node that lives, and of our own if `ours`. Raises StoreUnavailable."""
        living = [node for node in self._others if self.elsewhere(node)]
        return await self._store.orphans(living if ours else [*living, self.name])

    def share(self, orphans: Sequence[str]) -> Sequence[str]:
        """Our part of what all nodes that live see at this moment: they take different ones at first.

        What was there the last time already is for everybody: whose part it was has no room, or is dead too.
        """
        living = sorted([self.name, *(node for node in self._others if self.elsewhere(node))])
        parts = set(orphans[living.index(self.name) :: len(living)]) | self._left
        self._left = set(orphans)
        return [call_id for call_id in orphans if call_id in parts]

    async def adopt(self, call_id: str, owner: str) -> bool:
        """Make a call ours, or make sure that it still is.

        False when another node was faster, or the owner has come back to life. Raises StoreUnavailable.
        """
        sighting = self._others.get(owner)
        seen = sighting.node if sighting is not None and sighting.gone else None
        return await self._store.adopt(call_id, owner=owner, heir=self.name, seen=seen)

    async def run(self, household: Household) -> None:
        """Beat until cancelled, or until another process has taken our name."""
        while not self.superseded.is_set():
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat(household)
            except StoreUnavailable as error:
                log.error("directory of nodes cannot be reached", error=str(error))
            except Exception as fault:
                # A border: without a beat the calls that live here would be given to others.
                log.error("node met a fault of ours, it goes on", exc_info=fault)

    async def _beat(self, household: Household) -> None:
        if not await self._store.beat(self._me):
            await self._replaced(household)
            return
        await self._look()
        gone = [each.node.id for each in self._others.values() if each.gone]
        if gone and self._reap is not None:
            await self._reap(gone)
        taken = await household.adopt()
        if taken:
            log.warning("calls of nodes that are gone were taken over", calls=taken)
        for sighting in [each for each in self._others.values() if each.gone]:
            if not await self._store.orphans([node for node in self._others if node != sighting.node.id] + [self.name]):
                await self._store.leave(sighting.node)

    async def _replaced(self, household: Household) -> None:
        """Either others took us for dead, or a second process has our name: our calls are not ours any more."""
        if any(node.id == self.name for node in await self._store.all()):
            self.superseded.set()
            log.error("another process runs under this name; give each its own NODE_ID", node=self.name)
            await household.release()
            return
        log.error("this node was taken for dead; its calls live elsewhere now", node=self.name)
        await household.release()
        await self.enter()
        # What nobody has taken meanwhile is still ours, and has no actor any more.
        await household.recover()

    async def _look(self) -> None:
        before, last = self._others, self._looked_at
        rows = await self._store.all()
        now = self._looked_at = self._clock.steady()
        blinked = now - last > BLINK_S
        self._others = {}
        for node in rows:
            known = before.get(node.id)
            since = known.since if known is not None and known.node == node and not blinked else now
            if node.id != self.name:
                self._others[node.id] = _Sighting(node=node, since=since, gone=now - since > LEASE_S)

    async def leave(self) -> None:
        """Let others take over at once. Raises StoreUnavailable."""
        await self._store.leave(self._me)
