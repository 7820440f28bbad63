"""Deeds that the right to write does not suffice for: what only owners do, whose money goes back, whose numbers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import pytest_asyncio

from control_plane.core.people.permissions import ALL
from tests.databases import empty_database
from tests.everything import called, filled, made, sellable, sent
from tests.gateways import ELSEWHERE, Served, served
from tests.no_limits import NoLimits
from tests.operations import told
from tests.people import bearer, company, token_of, user

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE: Final = ("owner", "admin", "agent", "viewer")
KEY: Final = "a key with every scope"
NARROW: Final = "a key that may make keys"
ABROAD: Final = "an owner of another company"

DONE: Final = range(200, 300)
REFUSED: Final = (403, "not_allowed")


@dataclass(frozen=True, slots=True)
class Deed:
    """What is asked, by whom, and who is refused of those who come that far. `{seller}` is the id of a seller."""

    label: str
    body: Any
    doers: tuple[str, ...]
    refused: tuple[str, ...] = ()
    id: str = field(kw_only=True)


NEW_OWNER: Final = {"email": "new{n}@clinica.example", "name": "New", "role": "owner"}
NEW_ADMIN: Final = {**NEW_OWNER, "role": "admin"}
SHUT: Final = {"status": "disabled"}
ASSIGN: Final = "POST /api/sellers/assign"
GIVEN: Final = ("owner", "admin", "agent", KEY)

DEEDS: Final = (
    Deed("POST /api/users/invite", NEW_OWNER, ("owner",), ("admin", KEY), id="invite an owner"),
    Deed("POST /api/users/invite", NEW_ADMIN, ("owner", "admin"), (KEY,), id="invite an admin"),
    Deed("POST /api/users/{invited owner}/invite", None, ("owner",), ("admin", KEY), id="invite an owner again"),
    Deed("PATCH /api/users/{agent}", {"role": "owner"}, ("owner",), ("admin", KEY), id="make somebody an owner"),
    Deed("PATCH /api/users/{agent}", {"role": "admin"}, ("owner", "admin"), (KEY,), id="make somebody an admin"),
    Deed("PATCH /api/users/{second owner}", {"role": "admin"}, ("owner",), ("admin", KEY), id="make an owner less"),
    Deed("PATCH /api/users/{second owner}", SHUT, ("owner",), ("admin", KEY), id="lock an owner out"),
    Deed("PATCH /api/users/{second owner}", {"name": "X"}, ("owner",), ("admin", KEY), id="rename an owner"),
    Deed("PATCH /api/users/{agent}", SHUT, ("owner", "admin"), (KEY,), id="shut somebody out"),
    Deed("DELETE /api/users/{second owner}", None, ("owner",), ("admin", KEY), id="remove an owner"),
    Deed("DELETE /api/users/{agent}", None, ("owner", "admin"), (KEY,), id="remove somebody"),
    Deed("POST /api/users/{second owner}/sign-out", None, ("owner",), ("admin", KEY), id="sign an owner out"),
    Deed("POST /api/users/{agent}/sign-out", None, ("owner", "admin"), (KEY,), id="sign somebody out"),
    Deed("POST /api/keys", {"name": "K", "scopes": ["keys:write"]}, ("owner", NARROW), id="hand out what one has"),
    Deed("POST /api/keys", {"name": "K", "scopes": ["bots:read"]}, ("admin", KEY), (NARROW,), id="hand out more"),
    Deed("POST /api/keys/{mighty key}/rotate", {}, ("admin", KEY), (NARROW,), id="take over a mightier key"),
    Deed(ASSIGN, {"for": {"kind": "order", "id": "{order}"}}, GIVEN, ("viewer",), id="give an order"),
    Deed(ASSIGN, {"for": {"kind": "call", "id": "{call}"}}, GIVEN, ("viewer",), id="give a call"),
    Deed(ASSIGN, {"for": {"kind": "contact", "id": "c-{n}"}}, GIVEN, ("viewer",), id="give a contact"),
    Deed(
        "POST /api/sellers/release",
        {"for": {"kind": "call", "id": "{given}"}},
        GIVEN,
        ("viewer",),
        id="deal with a call",
    ),
    Deed(
        *("POST /api/sellers/{seller}/status", {"status": "busy"}, ("admin", KEY), ("agent", "viewer")),
        id="say that another is busy",
    ),
    Deed("POST /api/sellers/{agent as seller}/status", {"status": "busy"}, ("agent",), ("viewer",), id="be busy"),
    Deed(
        *("POST /api/orders/{cancelled order}/transition", {"to": "refunded"}, ("owner", "admin", KEY), ("agent",)),
        id="give money back",
    ),
    Deed("POST /api/numbers", {"e164": "+57604{n:07}"}, ("admin", KEY), (ABROAD,), id="take a number"),
    Deed("PATCH /api/settings", {"max_live_calls": 5000}, ("admin",), (ABROAD, KEY), id="take more lines"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def it(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One for all tests: each makes what it works with."""
    folder = tmp_path_factory.mktemp("gateway")
    async with served(folder, empty_database(folder / "x.db"), parts={"limiter": NoLimits()}) as it:
        yield it


async def token(it: Served, doer: str, emails: dict[str, str]) -> str:
    """What the doer shows; people are there already, others are made."""
    if doer in (KEY, NARROW):
        scopes = sorted(ALL) if doer == KEY else ["keys:read", "keys:write"]
        return str((await sent(it, "POST", "/api/keys", json={"name": "K", "scopes": scopes}))["key"])
    if doer == ABROAD:
        await user(it, emails[doer], tenant=await company(it))
    return await token_of(it, emails[doer])


async def prepared(it: Served, emails: dict[str, str]) -> dict[str, str]:
    """Ids of what deeds are done to, by the words of the table."""
    ids = {role: await user(it, emails[role], role=role) for role in PEOPLE}
    ids["second owner"] = await user(it, emails["second owner"])
    ids["invited owner"] = await made(it, "/api/users/invite", role="owner")
    ids["mighty key"] = await made(it, "/api/keys", scopes=["bots:read", "orders:write"])
    ids["seller"] = await made(it, "/api/sellers")
    ids["agent as seller"] = await made(it, "/api/sellers", user_id=ids["agent"])
    ids["order"] = await sellable(it, place=True)
    ids["call"] = await called(it)
    ids["cancelled order"] = await sellable(it, place=True)
    await sent(it, "POST", f"/api/orders/{ids['cancelled order']}/transition", json={"to": "cancelled"})
    ids["given"] = await called(it)
    await sent(it, "POST", ASSIGN.partition(" ")[2], json={"for": {"kind": "call", "id": ids["given"]}})
    return ids


def named(words: Any, ids: dict[str, str]) -> Any:
    match words:
        case dict():
            return {name: named(value, ids) for name, value in words.items()}
        case str() if "{" in words:
            before, _, rest = words.partition("{")
            name, _, after = rest.partition("}")
            return f"{before}{ids[name]}{after}"
        case _:
            return words


EVERY: Final = [pytest.param(deed, doer, id=f"{deed.id}, {doer}") for deed in DEEDS for doer in deed.doers]


@pytest.mark.parametrize(("deed", "doer"), EVERY)
async def test_only_some_of_those_who_come_that_far_can(deed: Deed, doer: str, it: Served) -> None:
    emails = filled(
        {who: f"{who.replace(' ', '.')}.{{n}}@clinica.example" for who in (*PEOPLE, "second owner", ABROAD)}
    )
    ids = await prepared(it, emails)
    method, _, path = named(deed.label, ids).partition(" ")
    body = {} if deed.body is None else {"json": named(filled(deed.body), ids)}
    for each in deed.refused:
        answer = await it._ask(method, path, client=ELSEWHERE, headers=bearer(await token(it, each, emails)), **body)
        assert await told(answer) == REFUSED, each
    answer = await it._ask(method, path, client=ELSEWHERE, headers=bearer(await token(it, doer, emails)), **body)
    assert answer.status_code in DONE, await answer.get_data(as_text=True)
