"""Two who want the same: old versions, requests that come again, names that are taken.

For every operation that may meet them, as the description of the API tells.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import pytest_asyncio
from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.orm import Session

from control_plane.ports.tables import DEFAULT_TENANT, Base, Tenanted
from tests.databases import empty_database
from tests.everything import BODIES, FLOW, called, filled, made, published, sellable, sent
from tests.gateways import HERE, Served, served
from tests.no_limits import NoLimits
from tests.operations import Description, address, told
from tests.people import company

pytestmark = pytest.mark.asyncio(loop_scope="module")

Make = Callable[[Served], Awaitable[str]]


def one(collection: str) -> Make:
    async def make(it: Served) -> str:
        return await made(it, collection)

    return make


async def nothing(it: Served) -> str:
    return ""


async def own_company(it: Served) -> str:
    return DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Versioned:
    """An operation that takes `If-Match`: on what it is done, and what is sent; empty for none."""

    make: Make
    body: Any = None


INVITED: Final = one("/api/users/invite")
PATCHED: Final = {
    "bots": {"slug": "changed-{n}"},
    "contacts": {"name": "Changed {n}"},
    "flows": {"name": "Changed {n}"},
    "keys": {"name": "Changed {n}"},
    "lists": {"name": "Changed {n}"},
    "numbers": {"label": "Changed {n}"},
    "orders": {"note": "Changed {n}"},
    "products": {"name": "Changed {n}"},
    "sellers": {"name": "Changed {n}"},
    "settings": {"name": "Changed {n}"},
    "users": {"name": "Changed {n}"},
    "webhooks": {"description": "Changed {n}"},
}
"""A change of each, by the first word of its path."""

MADE: Final[dict[str, Make]] = {
    **{name: one(f"/api/{name}") for name in PATCHED},
    "users": INVITED,
    "settings": nothing,
}

VERSIONED: Final = {
    **{
        f"PATCH /api/{name}{'' if name == 'settings' else '/{row_id}'}": Versioned(MADE[name], body)
        for name, body in PATCHED.items()
    },
    **{f"DELETE /api/{name}/{{row_id}}": Versioned(MADE[name]) for name in PATCHED if name != "settings"},
    "PATCH /api/tenants/{tenant_id}/settings": Versioned(own_company, PATCHED["settings"]),
    "POST /api/bots/{row_id}/activate": Versioned(published),
    "POST /api/bots/{row_id}/deactivate": Versioned(published),
    "POST /api/bots/{row_id}/publish": Versioned(one("/api/bots"), {"note": "Winter"}),
    "POST /api/bots/{row_id}/rollback": Versioned(published, {"version": 1}),
    "POST /api/flows/{row_id}/publish": Versioned(one("/api/flows"), {"note": "Winter"}),
    "POST /api/keys/{row_id}/rotate": Versioned(one("/api/keys"), {}),
    "POST /api/orders/{row_id}/transition": Versioned(sellable, {"to": "placed"}),
    "POST /api/sellers/{row_id}/status": Versioned(one("/api/sellers"), {"status": "busy"}),
    "POST /api/webhooks/{row_id}/secret": Versioned(one("/api/webhooks"), {}),
}


@dataclass(frozen=True, slots=True)
class Repeated:
    """An operation that takes `Idempotency-Key`: on what it is done, what is sent, and what is not the same."""

    make: Make
    body: Any
    other: dict[str, Any] = field(default_factory=lambda: {"name": "Another"})


async def ready_seller(it: Served) -> str:
    return await made(it, "/api/sellers")


async def ready_order(it: Served) -> str:
    await ready_seller(it)
    return await sellable(it, place=True)


async def second_company(it: Served) -> str:
    return await company(it, "Second")


REPEATED: Final = {
    "POST /api/bots": Repeated(nothing, BODIES["/api/bots"], {"slug": "another-{n}"}),
    "POST /api/bots/{row_id}/clone": Repeated(published, {"name": "Copy"}),
    "POST /api/calls/{call_id}/note": Repeated(called, {"text": "Por la tarde."}, {"text": "Por la mañana."}),
    "POST /api/contacts": Repeated(nothing, BODIES["/api/contacts"]),
    "POST /api/do-not-call": Repeated(nothing, BODIES["/api/do-not-call"], {"reason": "another"}),
    "POST /api/flows": Repeated(nothing, BODIES["/api/flows"]),
    "POST /api/flows/import": Repeated(nothing, {"format": 1, "name": "Menú", "draft": FLOW}),
    "POST /api/flows/{row_id}/duplicate": Repeated(one("/api/flows"), {"name": "Copy"}),
    "POST /api/lists": Repeated(nothing, BODIES["/api/lists"]),
    "POST /api/numbers": Repeated(nothing, BODIES["/api/numbers"], {"label": "Another"}),
    "POST /api/orders": Repeated(nothing, BODIES["/api/orders"], {"note": "Another"}),
    "POST /api/orders/{row_id}/assign": Repeated(ready_order, {}, {"skill": "ventas"}),
    "POST /api/orders/{row_id}/transition": Repeated(sellable, {"to": "placed"}, {"to": "cancelled"}),
    "POST /api/products": Repeated(nothing, BODIES["/api/products"]),
    "POST /api/products/{row_id}/stock": Repeated(one("/api/products"), {"change": 4}, {"change": 5}),
    "POST /api/sellers": Repeated(nothing, BODIES["/api/sellers"]),
    "POST /api/sellers/assign": Repeated(
        ready_seller, {"for": {"kind": "contact", "id": "c-{n}"}}, {"for": {"kind": "contact", "id": "another-{n}"}}
    ),
    "POST /api/tenants/{tenant_id}/numbers": Repeated(second_company, BODIES["/api/numbers"], {"label": "Another"}),
}


KEPT_ELSEWHERE: Final = {"POST /api/tenants/{tenant_id}/numbers": "keys are remembered by the tenant that has the row"}
"""Operations whose key says nothing to the other operations of whoever asks."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What only one may have: the operation that wants it, too, and the code of the answer."""

    label: str
    wants: dict[str, Any]
    code: str


NUMBERS_OF_ONE: Final = {"numbers": [{"e164": "+57304{n:07}", "label": "mobile"}]}
ONE_NUMBER: Final = {"e164": "+57604{n:07}"}

ONLY_ONE: Final[dict[str, tuple[Taken, ...]]] = {
    "bots tenant_id slug": (
        Taken("POST /api/bots", {"slug": "taken-{n}"}, "conflict"),
        Taken("PATCH /api/bots/{row_id}", {"slug": "taken-{n}"}, "conflict"),
        Taken("POST /api/bots/{row_id}/clone", {"slug": "taken-{n}"}, "conflict"),
    ),
    "contact_numbers tenant_id e164": (
        Taken("POST /api/contacts", NUMBERS_OF_ONE, "number_taken"),
        Taken("PATCH /api/contacts/{row_id}", NUMBERS_OF_ONE, "number_taken"),
    ),
    "flows tenant_id slug": (
        Taken("POST /api/flows", {"slug": "taken-{n}"}, "conflict"),
        Taken("PATCH /api/flows/{row_id}", {"slug": "taken-{n}"}, "conflict"),
    ),
    "numbers e164": (
        Taken("POST /api/numbers", ONE_NUMBER, "conflict"),
        Taken("PATCH /api/numbers/{row_id}", ONE_NUMBER, "conflict"),
        Taken("POST /api/tenants/{tenant_id}/numbers", ONE_NUMBER, "conflict"),
    ),
    "products tenant_id sku": (
        Taken("POST /api/products", {"sku": "TAKEN-{n}"}, "sku_taken"),
        Taken("PATCH /api/products/{row_id}", {"sku": "TAKEN-{n}"}, "sku_taken"),
    ),
    "users email": (
        Taken("POST /api/users/invite", {"email": "taken{n}@clinica.example"}, "email_taken"),
        Taken("POST /api/auth/register", {"email": "taken{n}@clinica.example"}, "email_taken"),
    ),
}
"""By table and columns."""

NO_CONFLICT: Final = {
    "api_keys prefix": "chosen at random",
    "assignments tenant_id kind target_id": "who has it already keeps it, or it goes to another",
    "bot_versions bot_id number": "counted with the bot held",
    "call_ears call_id": "the gateway's own, one report for each call",
    "call_sums call_id": "the gateway's own, one sum for each call",
    "call_turns call_id index": "the gateway's own, told by one process",
    "calls tenant_id idempotency_key": "a call that is asked for again is the same call",
    "counters tenant_id name": "the gateway's own",
    "do_not_call tenant_id e164": "a number that is on the list stays there",
    "flow_versions flow_id number": "counted with the flow held",
    "idempotency_keys tenant_id key": "a request that comes again is the same request",
    "import_faults import_id row": "the gateway's own, each row is taken once",
    "list_members list_id contact_id": "a contact that is on the list stays there",
    "one_time_links hash": "chosen at random",
    "order_events order_id step": "counted with the order held",
    "orders tenant_id number": "counted",
    "outbound_marks tenant_id": "the gateway's own",
    "call_facts tenant_id kind step direction bucket key": "the gateway's own",
}
"""What there is once as well, and why nobody is told that it is taken."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def it(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One for all tests: each makes what it works with."""
    folder = tmp_path_factory.mktemp("gateway")
    database = empty_database(folder / "x.db")
    async with served(folder, database, parts={"limiter": NoLimits()}, registration="open") as it:
        yield it


NOT_COUNTED: Final = ("idempotency_keys", "call_events", "call_facts", "call_sums", "call_turns", "outbound_marks")
"""What only remembers requests, and what the gateway writes when it comes to it."""


async def census(it: Served) -> dict[str, int]:
    """How many rows each table of tenants has, the audit log among them."""

    def count(session: Session) -> dict[str, int]:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tenanted()
            if table.__tablename__ not in NOT_COUNTED
        }

    return await it.gateway.business._store.across(count)


def tenanted() -> Iterator[Any]:
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Tenanted):
            yield mapper.class_


async def ask(it: Served, label: str, row_id: str, *, body: Any = None, **headers: str) -> Any:
    method, _, path = label.partition(" ")
    options = {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}
    return await it._ask(
        method, address(path, row_id), client=HERE, **options, **({} if body is None else {"json": body})
    )


def kind(label: str) -> str:
    """What it is done to, as PATCHED calls it."""
    name = label.partition("/api/")[2].partition("/")[0]
    return "settings" if name == "tenants" else name


def home(label: str, row_id: str) -> str:
    """The path of what it is done to."""
    name = kind(label)
    return f"/api/{name}" if name == "settings" else f"/api/{name}/{row_id}"


async def seen(it: Served, label: str, row_id: str) -> tuple[str, str]:
    """What it is like, and its version as the API tells it."""
    answer = await it.get(home(label, row_id))
    assert answer.status_code == 200, label
    return await answer.get_data(as_text=True), answer.headers["ETag"]


async def older(it: Served, label: str, row_id: str) -> str:
    """The version that it had before somebody changed it now."""
    _, version = await seen(it, label, row_id)
    await sent(it, "PATCH", home(label, row_id), json=filled(PATCHED[kind(label)]))
    return version


async def test_every_operation_that_may_meet_a_conflict_is_tried(it: Served) -> None:
    description = await Description.of(it)
    assert set(description.taking("If-Match")) == set(VERSIONED)
    assert set(description.taking("Idempotency-Key")) == set(REPEATED)
    assert description.demanded() == [], "without these headers it is refused: to be tried here"


@pytest.mark.parametrize("label", VERSIONED)
async def test_with_an_old_version_nothing_is_done_and_with_the_present_one_or_none_it_is(
    label: str, it: Served
) -> None:
    description, case = await Description.of(it), VERSIONED[label]
    row_id = await case.make(it)
    old = await older(it, label, row_id)
    before, counted = await seen(it, label, row_id), await census(it)
    assert old != before[1], "a change makes another version"
    for version in (old, '"999"', '"nonsense"'):
        answer = await ask(it, label, row_id, body=filled(case.body), if_match=version)
        assert await told(answer) == (412, "version_mismatch"), version
    assert await seen(it, label, row_id) == before
    assert await census(it) == counted
    assert "version_mismatch" in description.codes(label, 412)
    for headers in ({"if_match": before[1]}, {"if_match": "*"}, {}):
        again = await case.make(it) if headers.get("if_match") != before[1] else row_id
        answer = await ask(it, label, again, body=filled(case.body), **headers)
        assert answer.status_code < 300, f"{headers}: {await answer.get_data(as_text=True)}"


@pytest.mark.parametrize("label", REPEATED)
async def test_what_comes_again_with_its_key_is_done_once_and_the_key_is_good_for_nothing_else(
    label: str, it: Served
) -> None:
    description, case = await Description.of(it), REPEATED[label]
    row_id, body, key = await case.make(it), filled(case.body), f"the same, {label}"
    first = await ask(it, label, row_id, body=body, idempotency_key=key)
    assert first.status_code < 300, await first.get_data(as_text=True)
    counted = await census(it)
    again = await ask(it, label, row_id, body=body, idempotency_key=key)
    assert (again.status_code, await again.get_json()) == (first.status_code, await first.get_json())
    assert [again.headers.get(name) for name in ("ETag", "Location")] == [
        first.headers.get(name) for name in ("ETag", "Location")
    ]
    other = await ask(it, label, row_id, body={**body, **filled(case.other)}, idempotency_key=key)
    assert await told(other) == (422, "idempotency_key_reused")
    assert await census(it) == counted
    if label not in KEPT_ELSEWHERE:
        third = await ask(it, "POST /api/lists", "", body={"name": "Elsewhere"}, idempotency_key=key)
        assert await told(third) == (422, "idempotency_key_reused")
        assert await census(it) == counted
    assert "idempotency_key_reused" in description.codes(label, 422)


def keys_of(table: Any) -> Iterator[str]:
    """Columns that no two rows have alike, beside the id."""
    found = [constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    found += [index.columns for index in table.indexes if index.unique]
    for columns in [table.primary_key.columns, *found]:
        names = [column.name for column in columns]
        if names not in (["id"], ["n"]):
            yield " ".join([table.name, *names])


async def test_everything_that_there_may_be_once_is_tried() -> None:
    found = {key for table in tenanted() for key in keys_of(table.__table__)}
    assert found == {*ONLY_ONE, *NO_CONFLICT}


WANTING: Final = [taken for several in ONLY_ONE.values() for taken in several]


@pytest.mark.parametrize("taken", WANTING, ids=lambda taken: f"{taken.label} {'+'.join(taken.wants)}")
async def test_what_somebody_has_already_is_refused_and_changes_nothing(taken: Taken, it: Served) -> None:
    description = await Description.of(it)
    method, _, path = taken.label.partition(" ")
    collection = path.partition("/{")[0]
    owner = {"/api/tenants": "/api/numbers", "/api/auth/register": "/api/users/invite"}.get(collection, collection)
    wants = filled(taken.wants)
    await made(it, owner, **wants)
    row_id = "" if "{" not in path else await (second_company(it) if "tenant" in path else made(it, collection))
    body = wants
    if method == "POST" and "{row_id}" not in path:
        example = description.example(method, path) if path.startswith("/api/auth") else filled(BODIES[owner])
        body = {**example, **wants}
    counted = await census(it)
    answer = await ask(it, taken.label, row_id, body=body)
    assert await told(answer) == (409, taken.code)
    assert taken.code in description.codes(taken.label, 409)
    assert await census(it) == counted
