"""Who shares a database: the control planes that are up, and which of them a call belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One control plane. `beat` is raised as long as it lives; what it counts from has no meaning."""

    id: str
    """`NODE_ID`: kept over restarts."""
    instance: str
    """Of one process: another one with the same id is its successor."""
    beat: int
    address: str
    """Where the others reach it: `http://host:port`."""


class NodeStore(Protocol):
    """The directory of nodes. Every method is one transaction and may raise StoreUnavailable."""

    async def enter(self, node: Node) -> None:
        """List the node; a row of an earlier process with this id is replaced."""
        ...

    async def beat(self, node: Node) -> bool:
        """Raise the beat. False when the row belongs to another instance by now."""
        ...

    async def leave(self, node: Node) -> None:
        """Take the row out, unless it belongs to another instance."""
        ...

    async def all(self) -> Sequence[Node]: ...

    async def orphans(self, living: Sequence[str]) -> Sequence[str]:
        """Ids of the calls that belong to none of these nodes and have not ended, or have commands pending."""
        ...

    async def adopt(self, call_id: str, *, owner: str, heir: str, seen: Node | None) -> bool:
        """Give a call from one node to another, or to itself.

        False when it does not belong to `owner` any more, or when the owner is another node and is listed otherwise
        than as `seen` (None: is listed at all).
        """
        ...
