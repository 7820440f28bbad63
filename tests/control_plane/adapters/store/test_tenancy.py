"""The walls between tenants: what a session sees, what it refuses, what the server filters behind it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, exists, func, insert, inspect, literal, select, text, update
from sqlalchemy.orm import Session, aliased

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tables import Call, calls
from control_plane.adapters.store.tenancy import ROLE, SUMMED_UP, OutOfBounds, SqlTenantStore, _as_tenant
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.stores import StoreUnavailable
from control_plane.ports.tables import Base, Tenanted
from control_plane.resources.audit import AuditEntry, note, watch
from control_plane.resources.products import Product
from control_plane.resources.registered import RESOURCES
from control_plane.testing.clock import FakeClock


def somebody(tenant_id: str) -> Principal:
    return Principal(tenant_id=tenant_id, kind=Kind.USER, id="u1", name="ana@example.com", address="203.0.113.7")


A, B = somebody("a"), somebody("b")

on_a_file = pytest.mark.parametrize("dialect", ["sqlite"])
with_roles = pytest.mark.parametrize("dialect", ["postgresql"])


def product(sku: str = "S1", **more: Any) -> Product:
    usual: dict[str, Any] = {
        "name": "Vacuna",
        "description": "",
        "category": "",
        "price": Decimal("12.50"),
        "currency": "MXN",
        "stock": 3,
        "active": True,
        "words": "",
    }
    return Product(sku=sku, **{**usual, **more})


def skus(session: Session) -> list[str]:
    return list(session.scalars(select(Product.sku).order_by(Product.sku)))


@pytest.fixture
async def store(database: Database) -> SqlTenantStore:
    store = SqlTenantStore(database, clock=FakeClock(), watch=watch)
    for who, names in ((A, ("A1", "A2")), (B, ("B1",))):
        await store.write(who, lambda session, names=names: session.add_all(product(name) for name in names))  # type: ignore[misc]
    return store


Other = aliased(Product)

READS: dict[str, Callable[[Session], Any]] = {
    "rows": lambda s: sorted(row.sku for row in s.scalars(select(Product))),
    "columns": lambda s: skus(s),
    "count": lambda s: ["A1", "A2"][: s.scalar(select(func.count()).select_from(Product))],
    "alias": lambda s: sorted(s.scalars(select((other := aliased(Product)).sku).where(other.stock == 3))),
    "subquery": lambda s: sorted(
        s.scalars(select(Product.sku).where(Product.id.in_(select(Product.id).where(Product.stock == 3))))
    ),
    "from a subquery": lambda s: sorted(s.scalars(select(select(Product).subquery().c.sku))),
    "exists": lambda s: sorted(
        s.scalars(
            select(Product.sku).where(
                select((other := aliased(Product)).id).where(other.id == Product.id, other.stock == 3).exists()
            )
        )
    ),
    "join": lambda s: sorted(
        s.scalars(select(Product.sku).join(other := aliased(Product), other.currency == Product.currency).distinct())
    ),
    "union": lambda s: sorted(s.scalars(select(Product.sku).union(select(Product.sku)))),
    "common table": lambda s: sorted(s.scalars(select((found := select(Product).cte()).c.sku).select_from(found))),
}


@pytest.mark.parametrize("how", READS)
async def test_a_tenant_sees_its_rows_and_no_others(store: SqlTenantStore, how: str) -> None:
    assert await store.read(A, READS[how]) == ["A1", "A2"]


async def test_the_row_of_another_tenant_cannot_be_fetched_by_its_id(store: SqlTenantStore) -> None:
    theirs = await store.read(B, lambda session: session.scalars(select(Product.id)).one())
    assert await store.read(A, lambda session: session.get(Product, theirs)) is None


async def test_joined_rows_are_the_tenants_too(store: SqlTenantStore) -> None:
    def pairs(session: Session) -> int:
        other = aliased(Product)
        return len(session.execute(select(Product.id, other.id).join(other, literal(True))).all())

    assert await store.read(A, pairs) == 4


BREAKOUTS: dict[str, Callable[[Session], Any]] = {
    "text": lambda s: s.execute(text("SELECT sku FROM products")).all(),
    "core": lambda s: s.execute(select(Product.__table__.c.sku)).all(),
    "another table of the core": lambda s: s.execute(select(calls.c.id)).all(),
    "exists without a selection": lambda s: s.scalars(
        select(Product.sku).where(exists().where(Other.sku == "B1"))
    ).all(),
    "a table in a condition": lambda s: s.scalars(select(Product.sku).where(Other.sku == "B1")).all(),
    "a table in a subquery": lambda s: s.scalars(select(Product.sku).where(Product.id.in_(select(calls.c.id)))).all(),
    "a joined table": lambda s: s.scalars(select(Product.sku).join(calls, literal(True))).all(),
    "a second table in a function": lambda s: s.scalars(select(func.coalesce(Product.sku, Other.sku))).all(),
    "a subquery that is not correlated": lambda s: s.scalars(
        select(Product.sku).where(exists().where(Product.sku == "B1").correlate_except(Product))
    ).all(),
    "text in a condition": lambda s: s.scalars(select(Product.sku).where(text("1 = 1"))).all(),
    "text that gives rows": lambda s: s.scalars(select(Product).from_statement(text("SELECT * FROM products"))).all(),
    "update by another table": lambda s: s.execute(
        update(Product).where(Other.sku == "B1").values(stock=0).execution_options(**{SUMMED_UP: True})
    ),
    "unnoted update": lambda s: s.execute(update(Product).values(stock=0)),
    "unnoted delete": lambda s: s.execute(delete(Product)),
    "insert for another": lambda s: s.execute(insert(Product), [{"id": "x", "tenant_id": "b", "sku": "X"}]),
    "insert for nobody": lambda s: s.execute(insert(Product), [{"id": "x", "sku": "X"}]),
    "new row of another": lambda s: s.add(product("X", tenant_id="b")),
    "row given away": lambda s: setattr(s.scalars(select(Product)).first(), "tenant_id", "b"),
}


@pytest.mark.parametrize("how", BREAKOUTS)
async def test_what_reaches_further_is_refused(store: SqlTenantStore, how: str) -> None:
    with pytest.raises(OutOfBounds):
        await store.write(A, BREAKOUTS[how])
    assert await store.read(B, skus) == ["B1"]
    assert await store.read(A, skus) == ["A1", "A2"]


async def test_a_change_of_many_rows_stays_with_the_tenant(store: SqlTenantStore) -> None:
    def empty(session: Session) -> None:
        session.execute(update(Product).values(stock=0).execution_options(**{SUMMED_UP: True}))
        note(session, "empty", resource="products")

    await store.write(A, empty)
    assert await store.read(B, lambda session: session.scalars(select(Product.stock)).all()) == [3]
    assert await store.read(A, lambda session: session.scalars(select(Product.stock)).all()) == [0, 0]


async def test_a_subquery_of_the_orm_finds_no_rows_of_others(store: SqlTenantStore) -> None:
    def theirs(session: Session) -> list[str]:
        there = select(Other.id).where(Other.sku == "B1").exists()
        return list(session.scalars(select(Product.sku).where(there)))

    assert await store.read(A, theirs) == []
    assert await store.read(B, theirs) == ["B1"]


async def test_nobody_sees_nothing(store: SqlTenantStore) -> None:
    with pytest.raises(OutOfBounds):
        await store.read(somebody(""), skus)


async def test_rows_get_an_id_and_stamps_and_a_version_that_counts(store: SqlTenantStore) -> None:
    def change(session: Session) -> tuple[str, int, float]:
        row = session.scalars(select(Product).where(Product.sku == "A1")).one()
        before = row.version
        row.stock = 9
        session.flush()
        return row.id, row.version - before, row.updated_at

    row_id, grown, updated_at = await store.write(A, change)
    assert (len(row_id), grown, updated_at) == (36, 1, FakeClock().wall())


async def test_a_row_that_was_changed_by_somebody_else_meanwhile_is_not_overwritten(store: SqlTenantStore) -> None:
    def change(session: Session) -> None:
        row = session.scalars(select(Product).where(Product.sku == "A1")).one()
        session.execute(
            update(Product)
            .where(Product.sku == "A1")
            .values(version=Product.version + 1)
            .execution_options(**{SUMMED_UP: True}, synchronize_session=False)
        )
        row.stock = 9

    with pytest.raises(Refused) as refused:
        await store.write(A, change)
    assert refused.value.code == "changed_meanwhile"


async def test_what_has_to_be_unique_is_so_within_a_tenant(store: SqlTenantStore) -> None:
    await store.write(B, lambda session: session.add(product("A1")))
    with pytest.raises(Refused) as refused:
        await store.write(A, lambda session: session.add(product("A1")))
    assert refused.value.code == "conflict"


async def test_every_change_is_in_the_audit_log_of_its_tenant(store: SqlTenantStore) -> None:
    def change(session: Session) -> None:
        row = session.scalars(select(Product).where(Product.sku == "A1")).one()
        row.price = Decimal("13")
        session.delete(session.scalars(select(Product).where(Product.sku == "A2")).one())

    await store.write(A, change)
    entries = await store.read(
        A, lambda s: [(e.action, e.before, e.after) for e in s.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    )
    by_action = {action: (before, after) for action, before, after in entries}
    assert [action for action, _, _ in entries].count("create") == 2
    assert by_action["update"] == ({"price": "12.5000"}, {"price": "13"})
    assert by_action["delete"][0]["sku"] == "A2"
    assert by_action["delete"][1] == {}
    assert await store.read(B, lambda s: s.scalars(select(AuditEntry.action)).all()) == ["create"]


async def test_a_transaction_that_fails_leaves_no_change_and_no_note(store: SqlTenantStore) -> None:
    def fail(session: Session) -> None:
        session.add(product("A3"))
        session.flush()
        raise Refused("conflict")

    with pytest.raises(Refused):
        await store.write(A, fail)
    assert await store.read(A, skus) == ["A1", "A2"]
    assert await store.read(A, lambda s: len(s.scalars(select(AuditEntry)).all())) == 2


async def test_sweeps_see_everybody_and_give_no_row_to_nobody(store: SqlTenantStore) -> None:
    assert await store.across(skus) == ["A1", "A2", "B1"]
    with pytest.raises(OutOfBounds):
        await store.across(lambda session: session.add(product("X")))


@on_a_file
async def test_reading_changes_nothing_on_a_file(store: SqlTenantStore) -> None:
    with pytest.raises(StoreUnavailable, match="READONLY"):
        await store.read(A, lambda session: session.add(product("A3")))


# --- the second wall ----------------------------------------------------------------------------------


@with_roles
async def test_behind_the_session_the_server_itself_filters(store: SqlTenantStore, database: Database) -> None:

    def around(connection: Connection) -> tuple[list[str], int]:
        _as_tenant(connection, "a")
        found = connection.execute(text("SELECT sku FROM products ORDER BY sku")).scalars().all()
        changed = connection.execute(text("UPDATE products SET stock = 0 WHERE tenant_id = 'b'")).rowcount
        return list(found), changed

    assert await database.write(around) == (["A1", "A2"], 0)


@with_roles
async def test_the_role_of_tenants_has_no_way_to_other_tables(store: SqlTenantStore, database: Database) -> None:

    def around(connection: Connection) -> None:
        _as_tenant(connection, "a")
        connection.execute(text("SELECT * FROM webhooks"))

    with pytest.raises(Exception, match="permission denied"):
        await database.write(around)


@with_roles
async def test_the_role_ends_with_its_transaction(store: SqlTenantStore, database: Database) -> None:
    await store.read(A, skus)
    for run in (database.query, database.write, database.read):
        role, tenant = await run(
            lambda connection: connection.execute(
                text("SELECT current_user, coalesce(current_setting('centralita.tenant', true), '')")
            ).one()
        )
        assert (role != ROLE, tenant) == (True, "")


async def test_every_table_of_tenants_has_both_walls(database: Database) -> None:
    assert RESOURCES, "the resources are imported, so all tables are known"
    tenanted = {str(mapper.local_table) for mapper in Base.registry.mappers if issubclass(mapper.class_, Tenanted)}
    with_column = {name for name, table in Base.metadata.tables.items() if "tenant_id" in table.c}
    assert with_column == tenanted
    if database.dialect != "postgresql":
        return

    def look(connection: Connection) -> set[str]:
        rows = connection.execute(text("SELECT tablename FROM pg_policies WHERE policyname = 'of_tenant'"))
        protected = set(rows.scalars())
        assert set(inspect(connection).get_table_names()) >= protected
        return protected

    assert await database.read(look) == tenanted


def test_the_calls_are_the_tenants() -> None:
    assert issubclass(Call, Tenanted)
