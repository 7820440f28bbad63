"""What cannot be done as things stand: every conflict that the description of the API promises, met once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import pytest_asyncio

from control_plane.core.call.commands import Dial
from control_plane.core.refusals import REFUSALS
from control_plane.ports.errors import Unavailable
from tests.databases import empty_database
from tests.everything import BODIES, called, filled, made, published, sellable, sent
from tests.gateways import HERE, ORDER, Served, served
from tests.no_limits import NoLimits
from tests.operations import Description, address, told
from tests.people import bearer, company, token_of, user

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, when it cannot be."""

    row_id: str = ""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Prepare = Callable[[Served], Awaitable[Asked]]


def fresh(collection: str, body: Any = None) -> Prepare:
    async def prepare(it: Served) -> Asked:
        return Asked(await made(it, collection), body)

    return prepare


def unanswered(body: Any) -> Prepare:
    async def prepare(it: Served) -> Asked:
        return Asked(await called(it), body)

    return prepare


async def ended_call(it: Served) -> Asked:
    it.control.fail(Dial, Unavailable("telnyx", "answered 503"))
    answer = await it.post("/api/call/initiate", json=filled({**ORDER, "telefono": "+57305{n:07}"}))
    return Asked((await answer.get_json())["call_id"])


async def suppressed(it: Served) -> Asked:
    [number] = filled(BODIES["/api/do-not-call"])["numbers"]
    await sent(it, "POST", "/api/do-not-call", json={"numbers": [number]})
    return Asked(body={**ORDER, "telefono": number})


async def poor_company(it: Served) -> Asked:
    return Asked(body=filled({**ORDER, "telefono": "+57305{n:07}"}), headers=as_tenant(await company(it)))


def as_tenant(tenant_id: str) -> dict[str, str]:
    """The operator, at work for another company."""
    return {"X-Centralita-Forwarded": "1", "X-Centralita-Tenant": tenant_id}


async def bot_with_number(it: Served) -> Asked:
    bot_id = await published(it)
    await made(it, "/api/numbers", bot_id=bot_id)
    return Asked(bot_id)


async def followed_flow(it: Served) -> Asked:
    flow_id = await made(it, "/api/flows")
    await sent(it, "POST", f"/api/flows/{flow_id}/publish", json={})
    await made(it, "/api/bots", slug="", draft={**filled(BODIES["/api/bots"])["draft"], "flow_id": flow_id})
    return Asked(flow_id)


async def ordered(it: Served, **more: Any) -> tuple[str, str]:
    """A product, and an order of one piece."""
    product_id = await made(it, "/api/products")
    lines = [{"product_id": product_id, "quantity": 1}]
    return product_id, await made(it, "/api/orders", lines=lines, **more)


async def ordered_product(it: Served) -> Asked:
    return Asked((await ordered(it, place=True))[0])


async def busy_seller(it: Served) -> Asked:
    seller_id = await made(it, "/api/sellers")
    await sent(it, "POST", f"/api/orders/{await sellable(it, place=True)}/assign", json={"seller_id": seller_id})
    return Asked(seller_id)


def placed(body: Any = None) -> Prepare:
    async def prepare(it: Served) -> Asked:
        return Asked((await ordered(it, place=True))[1], body)

    return prepare


async def cancelled(it: Served) -> Asked:
    order_id = (await ordered(it))[1]
    await sent(it, "POST", f"/api/orders/{order_id}/transition", json={"to": "cancelled"})
    return Asked(order_id, {})


def too_many(*, place: bool) -> Prepare:
    """More pieces than there are: in an order that is placed at once, or afterwards."""

    async def prepare(it: Served) -> Asked:
        lines = [{"product_id": await made(it, "/api/products", stock=1), "quantity": 2}]
        if place:
            return Asked(body={**filled(BODIES["/api/orders"]), "lines": lines, "place": True})
        return Asked(await made(it, "/api/orders", lines=lines), {"to": "placed"})

    return prepare


async def of_former_seller(it: Served) -> Asked:
    seller_id = await made(it, "/api/sellers")
    await sent(it, "PATCH", f"/api/sellers/{seller_id}", json={"active": False})
    return Asked(body={**filled(BODIES["/api/orders"]), "seller_id": seller_id})


async def over_import(it: Served) -> Asked:
    headers = {"content-type": "text/csv"}
    job = await sent(it, "POST", "/api/imports", data=b"name,phone\nAna,3061234567\n", headers=headers)
    await sent(it, "POST", f"/api/imports/{job['id']}/cancel")
    return Asked(job["id"])


async def revoked_key(it: Served) -> Asked:
    key_id = await made(it, "/api/keys")
    await sent(it, "DELETE", f"/api/keys/{key_id}")
    return Asked(key_id, {})


def only_owner(body: Any = None) -> Prepare:
    async def prepare(it: Served) -> Asked:
        tenant_id = await company(it)
        user_id = await user(it, filled("ana{n}@clinica.example"), tenant=tenant_id)
        return Asked(user_id, body, as_tenant(tenant_id))

    return prepare


def oneself(body: Any = None) -> Prepare:
    async def prepare(it: Served) -> Asked:
        email = filled("eva{n}@clinica.example")
        user_id = await user(it, email)
        return Asked(user_id, body, bearer(await token_of(it, email)))

    return prepare


async def somebody_here(it: Served) -> Asked:
    return Asked(await user(it, filled("luz{n}@clinica.example")))


async def as_many_webhooks_as_there_may_be(it: Served) -> Asked:
    headers, body = as_tenant(await company(it)), BODIES["/api/webhooks"]
    for _ in range(20):
        await sent(it, "POST", "/api/webhooks", json=filled(body), headers=headers)
    return Asked(body=filled(body), headers=headers)


CALLER: Final = {"messages": [{"role": "caller", "text": "Hola."}], "draft": False}
SKILL: Final = {"skill": "nobody can this"}

MET: Final[dict[tuple[str, str], Prepare]] = {
    ("POST /api/bots/{row_id}/activate", "not_published"): fresh("/api/bots"),
    ("POST /api/bots/{row_id}/deactivate", "not_published"): fresh("/api/bots"),
    ("POST /api/bots/{row_id}/chat", "not_published"): fresh("/api/bots", CALLER),
    ("DELETE /api/bots/{row_id}", "in_use"): bot_with_number,
    ("DELETE /api/flows/{row_id}", "in_use"): followed_flow,
    ("DELETE /api/products/{row_id}", "in_use"): ordered_product,
    ("DELETE /api/sellers/{row_id}", "in_use"): busy_seller,
    ("POST /api/call/initiate", "do_not_call"): suppressed,
    ("POST /api/sessions", "do_not_call"): suppressed,
    ("POST /api/call/initiate", "no_own_number"): poor_company,
    ("POST /api/sessions", "no_own_number"): poor_company,
    ("POST /api/calls/{call_id}/dtmf", "call_not_live"): unanswered({"digits": "1"}),
    ("POST /api/calls/{call_id}/say", "call_not_live"): unanswered({"text": "Hola."}),
    ("POST /api/calls/{call_id}/transfer", "call_not_live"): unanswered({"to": "+573005550199"}),
    ("POST /api/calls/{call_id}/hangup", "call_not_live"): ended_call,
    ("POST /api/imports/{row_id}/cancel", "import_ended"): over_import,
    ("POST /api/keys/{row_id}/rotate", "key_revoked"): revoked_key,
    ("POST /api/orders", "no_seller_available"): of_former_seller,
    ("POST /api/orders/{row_id}/assign", "no_seller_available"): placed(SKILL),
    ("POST /api/sellers/assign", "no_seller_available"): fresh(
        "/api/sellers", {"for": {"kind": "contact", "id": "c"}, **SKILL}
    ),
    ("POST /api/orders", "out_of_stock"): too_many(place=True),
    ("POST /api/orders/{row_id}/transition", "out_of_stock"): too_many(place=False),
    ("POST /api/products/{row_id}/stock", "out_of_stock"): fresh("/api/products", {"change": -21}),
    ("DELETE /api/orders/{row_id}", "order_not_draft"): placed(),
    ("PATCH /api/orders/{row_id}", "order_not_draft"): placed({"lines": []}),
    ("POST /api/orders/{row_id}/assign", "conflict"): cancelled,
    ("POST /api/orders/{row_id}/transition", "illegal_transition"): placed({"to": "delivered"}),
    ("PATCH /api/users/{row_id}", "last_owner"): only_owner({"role": "admin"}),
    ("DELETE /api/users/{row_id}", "last_owner"): only_owner(),
    ("PATCH /api/users/{row_id}", "not_yourself"): oneself({"role": "admin"}),
    ("DELETE /api/users/{row_id}", "not_yourself"): oneself(),
    ("POST /api/users/{row_id}/invite", "not_invited"): somebody_here,
    ("POST /api/webhooks", "limit_reached"): as_many_webhooks_as_there_may_be,
}
"""Operations and codes."""

ELSEWHERE: Final = {
    "changed_meanwhile": "two transactions at the same moment: the tests of the store",
    "conflict": "what is taken: test_conflicts_everywhere.py; the store may find any row taken that is written",
    "delivery_pending": "a receiver that fails: test_outbound_api.py",
    "email_taken": "test_conflicts_everywhere.py",
    "number_taken": "test_conflicts_everywhere.py",
    "secret_lost": "an installation with another secret: the tests of accounts and webhooks",
    "setup_done": "an installation that is set up: test_arrivals_api.py",
    "sku_taken": "test_conflicts_everywhere.py",
    "totp_on": "an authenticator: test_auth_account_api.py",
}
"""Codes that need more than a request to be met."""

ONE_ELSEWHERE: Final = {
    ("POST /api/imports", "limit_reached"): "files that wait: test_import_ends.py",
}
"""The same, of one operation."""

SAID_OF_ALL: Final = {
    "in_use": "said of every deletion: nothing holds contacts, lists, numbers and drafts",
    "no_seller_available": "said of whatever writes an order",
    "order_not_draft": "said of whatever writes an order",
    "out_of_stock": "said of whatever writes an order",
}
"""Codes that stand at operations that do not answer with them."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def it(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One for all tests: each makes what it works with."""
    folder = tmp_path_factory.mktemp("gateway")
    async with served(folder, empty_database(folder / "x.db"), parts={"limiter": NoLimits()}) as it:
        yield it


async def test_every_conflict_that_is_promised_is_met_here_or_named(it: Served) -> None:
    description = await Description.of(it)
    promised = {(label, code) for label in description.labels for code in description.codes(label, 409)}
    left = {pair for pair in promised if pair[1] not in ELSEWHERE.keys() | SAID_OF_ALL.keys()}
    assert left - ONE_ELSEWHERE.keys() <= set(MET), "to be met here"
    assert set(MET) <= promised, "not described"
    assert ELSEWHERE.keys() | SAID_OF_ALL.keys() <= REFUSALS.keys(), "gone: take it from the tables"


@pytest.mark.parametrize(("label", "code"), MET, ids=lambda word: word)
async def test_what_cannot_be_done_now_is_refused_as_described(label: str, code: str, it: Served) -> None:
    asked = await MET[label, code](it)
    method, _, path = label.partition(" ")
    body = {} if asked.body is None else {"json": asked.body}
    answer = await it._ask(method, address(path, asked.row_id), client=HERE, headers=asked.headers, **body)
    assert await told(answer) == (409, code), await answer.get_data(as_text=True)
