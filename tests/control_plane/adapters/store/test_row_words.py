"""Rows are found by parts of words on both engines, common ones as well as rare ones, and each tenant's alone."""

import importlib
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Table, event, insert, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import alembic_config, migrate
from control_plane.adapters.store.tenancy import ROLE, SqlTenantStore, _as_tenant
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.words import folded
from control_plane.ports.searching import FEW, MayContain
from control_plane.ports.tables import Base
from control_plane.resources import registered, searching  # noqa: F401  its tables are searched
from control_plane.resources.audit import watch
from control_plane.resources.crud import Query, Rows, Searchable
from control_plane.resources.products import Product
from control_plane.resources.products.resource import PRODUCTS
from control_plane.testing.clock import FakeClock

REVISION = importlib.import_module("control_plane.adapters.store.migrations.versions.0015_row_words")
NAMES = ("Vacuna única", "Vacuna doble", 'Jarabe "fuerte" 100% %_', "Xilófono 日本語の本", "Vacuna doble b")


def somebody(tenant_id: str) -> Principal:
    return Principal(tenant_id=tenant_id, kind=Kind.USER, id="u1", name="ana@example.com", address="203.0.113.7")


A, B = somebody("a"), somebody("b")


def row(number: int, name: str, *, tenant_id: str = "a") -> dict[str, Any]:
    return {
        "id": f"{tenant_id}{number}",
        "tenant_id": tenant_id,
        "sku": f"SKU-{number}",
        "name": name,
        "words": folded(f"SKU-{number}", name),
        "description": "",
        "category": "leap" if number % 2 else "",
        "price": Decimal(1),
        "currency": "COP",
        "stock": None,
        "active": True,
        "created_at": float(number),
        "updated_at": float(number),
        "version": 1,
    }


@pytest.fixture
async def store(database: Database) -> SqlTenantStore:
    store = SqlTenantStore(database, clock=FakeClock(), watch=watch)
    rows = [row(number, name) for number, name in enumerate(NAMES)]
    await store.write(A, lambda session: session.execute(insert(Product), rows))
    theirs = [row(0, "Vacuna única xilófono", tenant_id="b")]
    await store.write(B, lambda session: session.execute(insert(Product), theirs))
    return store


async def found(store: SqlTenantStore, q: str, who: Principal = A, **more: Any) -> list[str]:
    def work(session: Session) -> list[str]:
        page = Rows(session, PRODUCTS).page(Query(text=q, **more))
        return [item.id for item in page.items]  # type: ignore[attr-defined]

    return await store.read(who, work)


@pytest.mark.parametrize("looked_through", [searching.LOOKED_THROUGH, 1, 2])
@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"q": "vacuna"}, ["a4", "a1", "a0"]),
        ({"q": "acun", "limit": 2}, ["a4", "a1"]),
        ({"q": "ÚNICA"}, ["a0"]),
        ({"q": "xilo"}, ["a3"]),
        ({"q": "日本語"}, ["a3"]),
        ({"q": "vacuna SKU-1"}, ["a1"]),
        ({"q": "vacuna ni"}, ["a0"]),
        ({"q": "ni"}, ["a0"]),
        ({"q": '"fuerte"'}, ["a2"]),
        ({"q": "100%"}, ["a2"]),
        ({"q": "%_"}, ["a2"]),
        ({"q": "vacuna xilo"}, []),
        ({"q": "unidoble"}, []),
        ({"q": "vacuna", "sort": "name"}, ["a1", "a4", "a0"]),
        ({"q": "vacuna", "filters": {"category": "leap"}}, ["a1"]),
        ({"q": "xilofono", "who": B}, ["b0"]),
        ({"q": "doble", "who": B}, []),
        ({"q": "vacuna", "who": somebody("nobody")}, []),
    ],
)
async def test_rows_are_found_by_parts_of_their_words(
    store: SqlTenantStore, monkeypatch: pytest.MonkeyPatch, looked_through: int, wanted: dict[str, Any], ids: list[str]
) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", looked_through)
    assert await found(store, **wanted) == ids


@pytest.mark.parametrize("looked_through", [1, 100])
async def test_pages_of_a_search_go_on_where_the_last_one_ended(
    store: SqlTenantStore, monkeypatch: pytest.MonkeyPatch, looked_through: int
) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", looked_through)

    def work(session: Session) -> list[str]:
        seen, cursor = [], ""
        for _ in range(3):
            page = Rows(session, PRODUCTS).page(Query(text="vacuna", limit=1, sort="name", cursor=cursor))
            seen += [item.id for item in page.items]  # type: ignore[attr-defined]
            cursor = page.next_cursor
        return [*seen, cursor]

    assert await store.read(A, work) == ["a1", "a4", "a0", ""]


async def test_the_index_follows_what_becomes_of_a_row(store: SqlTenantStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 1)
    await store.write(A, lambda session: Rows(session, PRODUCTS).update("a0", {"name": "Zumo"}, version=None) and None)
    assert (await found(store, "unica"), await found(store, "zum")) == ([], ["a0"])
    await store.write(A, lambda session: Rows(session, PRODUCTS).delete("a0", version=None))
    assert await found(store, "zum") == []
    await store.write(A, lambda session: session.execute(insert(Product), [row(0, "Otra")]) and None)
    assert (await found(store, "zum"), await found(store, "otra")) == ([], ["a0"])


async def test_a_row_is_found_by_the_index_without_looking_at_others(store: SqlTenantStore, database: Database) -> None:
    def work(session: Session) -> list[str]:
        query = select(Product.id).where(MayContain(Product, ["vacuna"]), Product.words.contains("vacuna"))
        return sorted(session.scalars(query.execution_options(**{FEW: True})))

    statements: list[tuple[str, Any]] = []

    def plan(connection: Connection) -> str:
        statement, values = statements[-1]
        verb = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return str(connection.exec_driver_sql(f"{verb} {statement}", values).all())

    def noted(*given: Any) -> None:
        statements.append((given[2], given[3]))

    def watched(session: Session) -> list[str]:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", noted)
        try:
            return work(session)
        finally:
            event.remove(engine, "before_cursor_execute", noted)

    assert await store.read(A, watched) == ["a0", "a1", "a4"]
    explained = await database.read(plan)
    assert "products" in explained
    assert "SCAN products" not in explained
    assert "Seq Scan" not in explained


def test_every_table_that_is_searched_has_its_part_of_the_index() -> None:
    mappers = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Searchable)]
    searched = {cast(Table, mapper.local_table).name for mapper in mappers}
    assert searched == set(REVISION.SEARCHED)


async def test_rows_that_were_there_before_are_found(empty_address: str) -> None:
    from alembic import command

    database = open_database(empty_address)
    await database.alone(lambda connection: command.upgrade(alembic_config(connection), REVISION.down_revision))
    old = row(7, "Vacuna única")
    await database.write(lambda connection: connection.execute(insert(cast(Table, Product.__table__)), [old]).rowcount)
    await migrate(database)
    store = SqlTenantStore(database, clock=FakeClock(), watch=watch)

    def work(session: Session) -> list[str]:
        return list(session.scalars(select(Product.id).where(MayContain(Product, ["unica"]))))

    assert await store.read(A, work) == ["a7"]
    await database.alone(lambda connection: command.downgrade(alembic_config(connection), REVISION.down_revision))
    await database.aclose()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_the_server_itself_names_the_tenants_rows_alone(store: SqlTenantStore, database: Database) -> None:
    def asked(connection: Connection, tenant_id: str) -> list[str]:
        if tenant_id:
            _as_tenant(connection, tenant_id)
            assert connection.execute(text("SELECT current_user")).scalar() == ROLE
        return sorted(connection.execute(text("SELECT row_words_found('products', 'vac acu')")).scalars())

    theirs = [await database.write(lambda connection, who=who: asked(connection, who)) for who in ("a", "b", "")]  # type: ignore[misc]
    assert theirs == [["a0", "a1", "a4"], ["b0"], []]


def _refused(connection: Connection, statement: str) -> str:
    """What the server says to it, as a code."""
    with pytest.raises(ProgrammingError) as refused, connection.begin_nested():
        connection.execute(text(statement)).all()
    return str(getattr(refused.value.orig, "sqlstate", ""))


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_who_has_no_grant_may_not_ask_for_rows_of_any_tenant(store: SqlTenantStore, database: Database) -> None:
    def asked(connection: Connection) -> tuple[bool, str]:
        connection.execute(text("CREATE ROLE stranger NOLOGIN"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO stranger"))
        connection.execute(text("SELECT set_config('centralita.tenant', 'a', true)"))
        connection.execute(text("SET LOCAL ROLE stranger"))
        code = _refused(connection, "SELECT row_words_found('products', 'vac acu')")
        connection.execute(text("RESET ROLE"))
        connection.execute(text("DROP OWNED BY stranger"))
        connection.execute(text("DROP ROLE stranger"))
        rights = "SELECT has_function_privilege(:role, 'row_words_found(text, text)', 'EXECUTE')"
        return bool(connection.execute(text(rights), {"role": ROLE}).scalar()), code

    assert await database.write(asked) == (True, "42501")


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_the_owners_rights_reach_no_table_but_those_that_are_searched(
    store: SqlTenantStore, database: Database
) -> None:
    def asked(connection: Connection) -> tuple[list[str], list[str]]:
        _as_tenant(connection, "a")
        connection.execute(text("CREATE TEMP VIEW mine AS SELECT 'x' AS id, 'a' AS tenant_id, 'vaca' AS words"))
        connection.execute(text("CREATE TEMP VIEW products AS SELECT 'x' AS id, 'a' AS tenant_id, 'vaca' AS words"))
        others = ("'mine'", "'calls'", "'PRODUCTS'", "'pg_temp.mine'", "''", "NULL")
        codes = [_refused(connection, f"SELECT row_words_found({name}, 'vac')") for name in others]
        found = connection.execute(text("SELECT row_words_found('products', 'vac acu')")).scalars()
        return codes, sorted(found)

    assert await database.write(asked) == (["42501"] * 6, ["a0", "a1", "a4"])
