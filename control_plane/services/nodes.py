"""Which of the control planes that share a database live, and which calls may therefore be taken over."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.nodes import Node, NodeStore
from control_plane.ports.stores import StoreUnavailable

log = get_logger("nodes")

BEAT_S: Final = 2.0

LEASE_S: Final = 10.0
"""A node whose beat stands still for so long is gone, and its calls go to others. Longer than any pause of a process
that lives: a node that is taken for dead while it only stumbles has two bots talk to one caller for a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    """What was last seen of a node, and since when (steady clock) it looks like that."""

    node: Node
    since: float


class Nodes:
    """This process in the directory of nodes, and its view of the others.

    Lives are told by beats that move, each watched with our own clock: nothing depends on machines agreeing on the
    time. While the directory cannot be read nobody is declared dead.
    """

    def __init__(self, name: str, *, address: str, store: NodeStore, clock: Clock) -> None:
        self.name = name
        self._me = Node(id=name, instance=str(uuid.uuid4()), beat=0, address=address)
        self._store = store
        self._clock = clock
        self._others: dict[str, _Sighting] = {}
        self.superseded = False
        """Another process runs under our name."""

    async def enter(self) -> None:
        """Be listed, and see who else is. Raises StoreUnavailable."""
        await self._store.enter(self._me)
        await self._look()

    def elsewhere(self, node: str) -> bool:
        """Whether this is another node, and it lives as far as we know."""
        return node != self.name and node in self._others and not self._is_gone(self._others[node])

    def address(self, node: str) -> str:
        """Where a node that lives elsewhere is reached."""
        return self._others[node].node.address

    @property
    def alone(self) -> bool:
        return not any(self.elsewhere(node) for node in self._others)

    async def orphans(self, *, ours: bool) -> Sequence[str]:
        """Calls of no node that lives, and of our own if `ours`. Raises StoreUnavailable."""
        living = [node for node in self._others if self.elsewhere(node)]
        return await self._store.orphans(living if ours else [*living, self.name])

    async def adopt(self, call_id: str, owner: str) -> bool:
        """Make a call ours; False when another node was faster. Raises StoreUnavailable."""
        return owner == self.name or await self._store.adopt(call_id, owner=owner, heir=self.name)

    async def run(self, *, adopt: Callable[[], Awaitable[int]], release: Callable[[], None]) -> None:
        """Beat until cancelled, or until another process has taken our name.

        `adopt` takes over what belongs to nobody any more; `release` lets go of every call that lives here.
        """
        while not self.superseded:
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat(adopt, release)
            except StoreUnavailable as error:
                log.error("directory of nodes cannot be reached", error=str(error))
                self._others = {each: self._seen_now(sighting.node) for each, sighting in self._others.items()}
            except Exception as fault:
                # A border: without a beat the calls that live here would be given to others.
                log.error("node met a fault of ours, it goes on", exc_info=fault)

    async def _beat(self, adopt: Callable[[], Awaitable[int]], release: Callable[[], None]) -> None:
        if not await self._store.beat(self._me):
            await self._replaced(release)
            return
        await self._look()
        taken = await adopt()
        if taken:
            log.warning("calls of nodes that are gone were taken over", calls=taken)
        for sighting in [each for each in self._others.values() if self._is_gone(each)]:
            await self._store.leave(sighting.node)

    async def _replaced(self, release: Callable[[], None]) -> None:
        """Either others took us for dead, or a second process has our name: our calls are not ours any more."""
        release()
        self.superseded = any(node.id == self.name for node in await self._store.all())
        if self.superseded:
            log.error("another process runs under this name; give each its own NODE_ID", node=self.name)
            return
        log.error("this node was taken for dead; its calls live elsewhere now", node=self.name)
        await self.enter()

    async def _look(self) -> None:
        before = self._others
        self._others = {
            node.id: before[node.id] if node.id in before and before[node.id].node == node else self._seen_now(node)
            for node in await self._store.all()
            if node.id != self.name
        }

    def _seen_now(self, node: Node) -> _Sighting:
        return _Sighting(node=node, since=self._clock.steady())

    def _is_gone(self, sighting: _Sighting) -> bool:
        return self._clock.steady() - sighting.since > LEASE_S

    async def leave(self) -> None:
        """Let others take over at once. Raises StoreUnavailable."""
        await self._store.leave(self._me)
