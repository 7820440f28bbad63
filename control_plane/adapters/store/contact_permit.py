"""Who must not be dialled, in SQL."""

from typing import Final

from sqlalchemy import bindparam, column, select, table

from control_plane.adapters.store.database import Database
from control_plane.ports.contacts import Suppressed

# Declared with its rules in `resources/contacts`, which adapters do not know.
_LIST: Final = table("do_not_call", column("tenant_id"), column("e164"), column("created_at"), column("source"))

_LOOK_UP: Final = select(_LIST.c.created_at, _LIST.c.source).where(
    _LIST.c.tenant_id == bindparam("of_tenant"), _LIST.c.e164 == bindparam("number")
)


class SqlDialPermit:
    """The DialPermit port on a Database: where live calls read, so that no long query keeps a dial waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def suppressed(self, tenant_id: str, e164: str) -> Suppressed | None:
        values = {"of_tenant": tenant_id, "number": e164}
        row = await self._database.read(lambda connection: connection.execute(_LOOK_UP, values).first())
        return None if row is None else Suppressed(since=row.created_at, source=row.source)
