"""The directory of nodes, in SQL."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Executable, and_, bindparam, delete, insert, not_, select, union, update

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.node_tables import nodes
from control_plane.adapters.store.tables import IS_LIVE, IS_PENDING, call_commands, calls
from control_plane.ports.nodes import Node

_OURS: Final = (nodes.c.id == bindparam("of_node"), nodes.c.instance == bindparam("of_instance"))
_BEAT: Final = update(nodes).where(*_OURS).values(beat=nodes.c.beat + 1)
_LEAVE: Final = delete(nodes).where(*_OURS)
_MINE: Final = (calls.c.id == bindparam("of_call"), calls.c.node == bindparam("owner"))
_KEEP: Final = update(calls).where(*_MINE).values(node=calls.c.node)
_LISTED_OTHERWISE: Final = (
    select(nodes.c.id)
    .where(
        nodes.c.id == bindparam("owner"),
        not_(and_(nodes.c.instance == bindparam("seen_instance"), nodes.c.beat == bindparam("seen_beat"))),
    )
    .exists()
)
_ADOPT: Final = update(calls).where(*_MINE, ~_LISTED_OTHERWISE).values(node=bindparam("heir"))
_NEVER: Final = -1
"""No beat has this number."""


class SqlNodeStore:
    """The NodeStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enter(self, node: Node) -> None:
        row = {"id": node.id, "instance": node.instance, "beat": node.beat, "address": node.address}

        def replace(connection: Any) -> None:
            connection.execute(delete(nodes).where(nodes.c.id == node.id))
            connection.execute(insert(nodes), row)

        await self._database.write(replace)

    async def beat(self, node: Node) -> bool:
        return await self._changed(_BEAT, of_node=node.id, of_instance=node.instance)

    async def leave(self, node: Node) -> None:
        await self._changed(_LEAVE, of_node=node.id, of_instance=node.instance)

    async def all(self) -> Sequence[Node]:
        rows = await self._database.read(lambda connection: connection.execute(select(nodes)).mappings().all())
        return [Node(**row) for row in rows]

    async def orphans(self, living: Sequence[str]) -> Sequence[str]:
        of_none = calls.c.node.not_in(list(living))
        live = select(calls.c.id, calls.c.created_at).where(IS_LIVE, of_none)
        unsettled = (
            select(calls.c.id, calls.c.created_at)
            .join(call_commands, call_commands.c.call_id == calls.c.id)
            .where(IS_PENDING, of_none)
        )
        query = union(live, unsettled).order_by("created_at", "id")
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [str(row["id"]) for row in rows]

    async def adopt(self, call_id: str, *, owner: str, heir: str, seen: Node | None) -> bool:
        if owner == heir:
            return await self._changed(_KEEP, of_call=call_id, owner=owner)
        instance, beat = (seen.instance, seen.beat) if seen is not None else ("", _NEVER)
        return await self._changed(
            _ADOPT, of_call=call_id, owner=owner, heir=heir, seen_instance=instance, seen_beat=beat
        )

    async def _changed(self, statement: Executable, **values: str | int) -> bool:
        return bool(await self._database.write(lambda connection: connection.execute(statement, values).rowcount))
