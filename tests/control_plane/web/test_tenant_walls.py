"""What a tenant can learn of another over HTTP: nothing. Every route is tried with the other's ids."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from quart import Quart
from sqlalchemy import String, func, select
from sqlalchemy import inspect as mapping
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.tables import Base, Tenanted
from control_plane.resources.audit import AuditEntry
from control_plane.resources.idempotency import Ask
from control_plane.resources.registered import RESOURCES
from control_plane.resources.tenants import Tenant
from control_plane.services.showcase.fill import Showcase, ShowcaseParts
from tests.databases import empty_database
from tests.gateways import Served, served
from tests.no_limits import NoLimits

OTHER: Final = Principal(
    tenant_id="other", kind=Kind.USER, id="u-other", name="eva@other.example", role="owner", permissions=ALL
)

NOBODYS: Final = "01a1ff2d-0000-7000-8000-000000000000"
"""An id that no row has."""

STREAMS: Final = ("/api/events",)


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, empty_database(tmp_path / "x.db"), parts={"limiter": NoLimits()}) as it:
        yield it


async def fill(it: Served) -> None:
    """The other tenant, with some of everything."""

    def found(session: Session) -> None:
        retention: dict[str, Any] = {}
        plain = {"name": "", "zone": "", "language": "es", "region": "CO", "currency": "COP", "status": "active"}
        session.add(Tenant(id="other", tenant_id="other", retention=retention, **plain))

    gateway = it.gateway
    await gateway.business._store.across(found)
    parts = ShowcaseParts(
        business=gateway.business,
        book=gateway.contacts.book,
        bots=gateway.bots,
        calls=gateway.calls,
        blobs=gateway.blobs,
        clock=gateway.clock,
    )
    await Showcase(parts, tenant_id="other", progress=lambda *_, total: None).fill(contacts=4, calls=10, days=2)
    for resource in RESOURCES:
        if "create" in resource.verbs and resource.create is not None:
            example = resource.create.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
            with suppress(Refused):  # some name what only their own tenant has
                data = resource.create.model_validate(example)
                await gateway.business.create(OTHER, resource, data=data, ask=Ask())


async def bodies(it: Served) -> dict[tuple[str, str], Any]:
    """A body that each operation takes, from its description."""
    described = await (await it.get("/openapi.json")).get_json()
    found: dict[tuple[str, str], Any] = {}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            schema = described["components"]["schemas"].get(name, {})
            place = re.sub(r"{[^}]*}", "*", path)
            found[method.upper(), place] = next(iter(schema.get("examples", [])), {})
    return found


def ids(session: Session) -> list[str]:
    """All keys of the other tenant's rows, of whatever table."""
    found: set[str] = set()
    for mapper in Base.registry.mappers:
        table: Any = mapper.class_
        if issubclass(table, Tenanted):
            keys = [key for key in mapping(table).primary_key if isinstance(key.type, String)]
            rows: Any = [] if not keys else session.execute(select(*keys).where(table.tenant_id == "other"))
            found.update(value for row in rows for value in row)
    return sorted(found - {"other"})


def deeds(session: Session) -> int:
    """How much was done to the tenant's rows."""
    return session.scalars(select(func.count()).select_from(AuditEntry)).one()


def routes(app: Quart) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API that names a thing."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.arguments and not rule.rule.startswith(STREAMS):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule


def named(path: str, row_id: str) -> str:
    return re.sub(r"<(int|float):[^>]*>", "1", re.sub(r"<(?!int|float)[^>]*>", row_id, path))


async def answer(it: Served, method: str, *, path: str, row_id: str, body: Any) -> tuple[int, str]:
    more: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": body}
    found = await it._ask(method, named(path, row_id), client=("127.0.0.1", 50_000), **more)
    text = (await found.get_data(as_text=True)).replace(row_id, "<id>")
    return found.status_code, text


@pytest.mark.timeout(600)  # some thousand requests
async def test_the_ids_of_another_tenant_are_answered_like_ids_that_do_not_exist(it: Served) -> None:
    await fill(it)
    everything = await it.gateway.business._store.across(ids)
    foreign = [row_id for row_id in everything if len(row_id) > 20][:: max(1, len(everything) // 60)]
    examples, before = await bodies(it), await it.gateway.business.ask(OTHER, deeds)
    for method, path in routes(it.app):
        body = examples.get((method, re.sub(r"<[^>]*>", "*", path)), {})
        unknown = await answer(it, method, path=path, row_id=NOBODYS, body=body)
        for row_id in foreign:
            found = await answer(it, method, path=path, row_id=row_id, body=body)
            assert found == unknown, f"{method} {path} knows {row_id}"
    assert set(everything) <= set(await it.gateway.business._store.across(ids)), "and nothing of it is gone"
    assert await it.gateway.business.ask(OTHER, deeds) == before, "nor changed"


async def test_the_lists_of_a_tenant_show_nothing_of_another(it: Served) -> None:
    await fill(it)
    foreign = [row_id for row_id in await it.gateway.business._store.across(ids) if len(row_id) > 20]
    for rule in it.app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and not rule.arguments and "GET" in (rule.methods or ()):
            if rule.rule.startswith(STREAMS):
                continue
            found = await (await it.get(rule.rule)).get_data(as_text=True)
            assert not [row_id for row_id in foreign if row_id in found], rule.rule


async def test_every_route_says_what_it_needs(it: Served) -> None:
    open_routes = ("/api/health", "/api/auth/")
    silent = [
        rule.rule
        for rule in it.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.startswith(open_routes)
        if not hasattr(it.app.view_functions[rule.endpoint], "__needs__")
    ]
    assert silent == []
