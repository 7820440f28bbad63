"""Whose rows a session sees: the one place that puts a tenant's name into every statement.

The session of a tenant adds the tenant to each ORM statement by itself and refuses whatever it could not add it to. On
PostgreSQL its transaction runs as the role of `migrations/row_security.py`, whose rows the server itself filters by
the tenant named at its beginning: a statement that got past the first wall still finds nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.exc import StaleDataError

from control_plane.adapters.store import row_words  # noqa: F401  sessions search by words
from control_plane.adapters.store.database import Conflict, Database
from control_plane.adapters.store.tenancy_reach import stray
from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.ports.infrastructure import Clock
from control_plane.ports.searching import FEW
from control_plane.ports.tables import Stamped, Tenanted, new_id
from control_plane.ports.tenancy import T, Work

ROLE: Final = "centralita_tenant"
"""The role of PostgreSQL that tenants' transactions run as."""

SUMMED_UP: Final = "summed_up"
"""Execution option of an UPDATE or DELETE of many rows: whoever runs it notes what it did in the audit log."""

Watch = Callable[[Session], None]
"""Called with a session that is about to write its changes down: notes them in the audit log."""


class OutOfBounds(Exception):
    """A fault of ours: a statement that would have reached beyond the tenant, or around the audit log."""


class _Tenants(Session):
    """A session over one tenant's rows."""

    def connection(self, *_: Any, **__: Any) -> Any:
        """Raises OutOfBounds: whatever is run on a connection knows no tenant."""
        raise OutOfBounds("a tenant's session gives no connection away")


class _Everybody(Session):
    """A session over all rows."""


class SqlTenantStore:
    """The TenantStore port on a Database. `watch` sees every change of a tenant's session before it is stored."""

    def __init__(self, database: Database, *, clock: Clock, watch: Watch) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._enter = _as_tenant if database.dialect == "postgresql" else _as_ourselves

    async def read(self, who: Principal, work: Work[T]) -> T:
        return await self._database.query(lambda connection: self._for_tenant(connection, who, work=work))

    async def look(self, who: Principal, work: Work[T]) -> T:
        return await self._database.look(lambda connection: self._for_tenant(connection, who, work=work))

    async def look_across(self, work: Work[T]) -> T:
        return await self._database.look(lambda connection: self._for_everybody(connection, work))

    async def write(self, who: Principal, work: Work[T]) -> T:
        try:
            return await self._database.write(lambda connection: self._for_tenant(connection, who, work=work))
        except Conflict:
            raise Refused("conflict", "Something that has to be unique is taken, or something named is gone.") from None

    async def across(self, work: Work[T]) -> T:
        return await self._database.write(lambda connection: self._for_everybody(connection, work))

    def _for_everybody(self, connection: Connection, work: Work[T]) -> T:
        if not connection.in_transaction():
            connection.begin()  # one that the session began would be rolled back at its end
        with _Everybody(connection, info={"now": self._clock.wall()}, **_OPTIONS) as session:
            return _carried_out(session, work)

    def _for_tenant(self, connection: Connection, who: Principal, *, work: Work[T]) -> T:
        if not who.tenant_id:
            raise OutOfBounds("nobody's rows were asked for")
        self._enter(connection, who.tenant_id)
        info = {"who": who, "now": self._clock.wall(), "watch": self._watch}
        with _Tenants(connection, info=info, **_OPTIONS) as session:
            return _carried_out(session, work)


_OPTIONS: Final[dict[str, Any]] = {"join_transaction_mode": "rollback_only", "expire_on_commit": False}


def _carried_out(session: Session, work: Work[T]) -> T:
    try:
        result = work(session)
        session.flush()
    except StaleDataError:
        raise Refused("changed_meanwhile", "Read it again and repeat the change.") from None
    return result


def _as_tenant(connection: Connection, tenant_id: str) -> None:
    """Both hold until the end of the transaction, which is what poolers allow. Without the role (see
    docs/tenants.md) the first wall stands alone."""
    connection.execute(_NAME_TENANT, {"tenant": tenant_id, "role": ROLE})


_NAME_TENANT: Final = text(
    "SELECT set_config('centralita.tenant', :tenant, true), "
    "(SELECT set_config('role', rolname, true) FROM pg_roles WHERE rolname = :role)"
)


def _as_ourselves(connection: Connection, tenant_id: str) -> None:
    """SQLite knows no roles."""


@event.listens_for(_Tenants, "do_orm_execute")
def _stay_in_bounds(state: ORMExecuteState) -> None:
    tenant_id = state.session.info["who"].tenant_id
    if not state.is_orm_statement:
        raise OutOfBounds("a tenant's session takes ORM statements only")
    if state.is_insert:
        _check_inserted(state, tenant_id)
        return
    if (state.is_update or state.is_delete) and not state.execution_options.get(SUMMED_UP):
        raise OutOfBounds(f"a change of many rows has to be noted: execution option {SUMMED_UP}")
    if not (state.is_column_load or state.is_relationship_load):
        if beyond := stray(state.statement):
            raise OutOfBounds(f"the tenant cannot be added to {beyond}: select from it, or join it")
        state.statement = state.statement.options(_mine(tenant_id, few=state.execution_options.get(FEW, False)))


def _mine(tenant_id: str, *, few: bool) -> Any:
    """`few`: as an expression, as SQLite would take an index of all rows of the tenant rather than the few ids."""
    if few:
        return with_loader_criteria(
            Tenanted, lambda table: table.tenant_id.concat("") == tenant_id, include_aliases=True
        )
    return with_loader_criteria(Tenanted, lambda table: table.tenant_id == tenant_id, include_aliases=True)


def _check_inserted(state: ORMExecuteState, tenant_id: str) -> None:
    given: Any = state.parameters
    rows = [given] if isinstance(given, Mapping) else list(given or ())
    if not rows or any(row.get("tenant_id") != tenant_id for row in rows):
        raise OutOfBounds("rows inserted by a statement have to carry the tenant")


@event.listens_for(_Tenants, "before_flush")
def _before_flush(session: Session, *_: Any) -> None:
    tenant_id = session.info["who"].tenant_id
    for row in session.new:
        if isinstance(row, Tenanted):
            if (row.tenant_id or tenant_id) != tenant_id:
                raise OutOfBounds("a row of another tenant")
            row.tenant_id = tenant_id
    for row in session.dirty:
        if isinstance(row, Tenanted) and row.tenant_id != tenant_id:
            raise OutOfBounds("a row was given to another tenant")
    _stamp(session)
    session.info["watch"](session)


@event.listens_for(_Everybody, "before_flush")
def _before_any_flush(session: Session, *_: Any) -> None:
    for row in session.new:
        if isinstance(row, Tenanted) and not row.tenant_id:
            raise OutOfBounds("a row of nobody")
    _stamp(session)


def _stamp(session: Session) -> None:
    at = session.info["now"]
    for row in session.new:
        if isinstance(row, Stamped):
            row.id = row.id or new_id(at)
            row.created_at = row.created_at or at
            row.updated_at = at
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.updated_at = at
