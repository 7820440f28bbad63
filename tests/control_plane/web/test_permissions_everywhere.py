"""Who may do what, for every route of the program as it runs: a stranger, each role, keys with each scope.

What is expected is written here by hand: that a role reaches further than it should shows as a difference.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio
from quart import Quart
from sqlalchemy.orm import Session

from control_plane.resources.people.tables import ApiKey
from tests.databases import empty_database
from tests.gateways import ELSEWHERE, HERE, Served, served
from tests.no_limits import NoLimits
from tests.operations import Description, Operation, address, operations, told
from tests.people import bearer, company, token_of, user

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE: Final = ("owner", "admin", "agent", "viewer")

MATRIX: Final = {
    # area       owner  admin  agent  viewer
    "analytics": ("rw", "rw", "r-", "r-"),
    "audit":     ("r-", "r-", "--", "--"),
    "bots":      ("rw", "rw", "r-", "r-"),
    "calls":     ("rw", "rw", "rw", "r-"),
    "contacts":  ("rw", "rw", "rw", "r-"),
    "flows":     ("rw", "rw", "r-", "r-"),
    "keys":      ("rw", "rw", "--", "--"),
    "numbers":   ("rw", "rw", "r-", "r-"),
    "orders":    ("rw", "rw", "rw", "r-"),
    "privacy":   ("rw", "rw", "--", "--"),
    "products":  ("rw", "rw", "r-", "r-"),
    "sellers":   ("rw", "rw", "r-", "r-"),
    "settings":  ("rw", "rw", "r-", "r-"),
    "users":     ("rw", "rw", "--", "--"),
    "webhooks":  ("rw", "rw", "--", "--"),
}  # fmt: skip
"""What each role reads (r) and writes (w)."""

SYSTEM: Final = "system"
"""The area of whoever runs the installation: no role of a company has it, nor any key."""
RUNS_IT: Final = ("owner", "admin")
"""Roles that run the installation, in its first company."""

KNOWN: Final = "known"
"""For everybody who is known."""

AREAS: Final = {
    "alerts": SYSTEM,
    "analytics": "analytics",
    "audit": "audit",
    "auth": KNOWN,
    "bots": "bots",
    "call": "calls",
    "callbacks": SYSTEM,
    "calls": "calls",
    "contacts": "contacts",
    "deliveries": "webhooks",
    "do-not-call": "contacts",
    "doctor": SYSTEM,
    "events": "calls",
    "figures": SYSTEM,
    "flows": "flows",
    "imports": "contacts",
    "keys": "keys",
    "lists": "contacts",
    "metrics": SYSTEM,
    "numbers": "numbers",
    "orders": "orders",
    "overview": "analytics",
    "permissions": KNOWN,
    "privacy": "privacy",
    "products": "products",
    "providers": SYSTEM,
    "sellers": "sellers",
    "sessions": "calls",
    "settings": "settings",
    "tenants": SYSTEM,
    "users": "users",
    "webhooks": "webhooks",
}
"""The area of a route, by the first word of its path (below `/api/`)."""

READS: Final = {
    "POST /api/flows/<row_id>/validate": "it changes nothing",
    "POST /api/sellers/assign": "needs the right to write what is given away: see DEEDS",
    "POST /api/sellers/release": "needs the right to write what is given away: see DEEDS",
    "POST /api/sellers/<row_id>/status": "sellers do it for themselves: see DEEDS",
}
"""Others than GET that need no more than the right to read at the door."""

PUBLIC: Final = {
    "/": "says what this is",
    "/health": "watchdogs have no account",
    "/health/live": "watchdogs have no account",
    "/health/ready": "proxies have no account",
    "/api/health": "proxies have no account",
    "/openapi.json": "what the API is like is no secret",
    "/docs": "what the API is like is no secret",
    "/docs/<name>": "what the API is like is no secret",
    "/webhook/<carrier>": "carriers sign what they send",
    "/blobs/<path:key>": "the link is signed",
    "/stream/media": "asks for a ticket",
    "/stream/media/<path:token>": "the ticket is in the path",
    "/api/auth/session": "tells the page whether to show the sign-in",
    "/api/auth/setup": "the first account; the link of the console is the proof",
    "/api/auth/register": "founds a company, where this is open",
    "/api/auth/login": "the password is the proof",
    "/api/auth/refresh": "the refresh token is the proof",
    "/api/auth/logout": "who is signed in nowhere may leave too",
    "/api/auth/link": "the link is the proof",
    "/api/auth/accept-invitation": "the link is the proof",
    "/api/auth/forgot-password": "who forgot it cannot sign in",
    "/api/auth/reset-password": "the link is the proof",
}
"""Paths that let everybody in, and why."""

FOR_NOBODY: Final = {"GET /static/<path:filename>": "Quart makes it by itself; there is no such folder"}

NOT_CARRIED_OUT: Final = {
    "GET /api/events": "a stream that does not end",
    "POST /api/doctor/run": "asks the outside world",
}
"""The door is tried; behind it there is nothing."""

OF_PEOPLE: Final = "/api/auth/"
"""Below it everybody cares for their own account; a key has none."""

LAST: Final = "POST /api/auth/logout-everywhere"
"""Nobody is signed in after it."""

REFUSED: Final = (403, "not_allowed")
STRANGE: Final = (401, "unauthorized")


def area(each: Operation) -> str:
    """KeyError: a new word, which has to be put into AREAS."""
    return AREAS[each.path.removeprefix("/api").split("/")[1].partition(".")[0]]


def permission(each: Operation) -> str:
    return f"{area(each)}:{'read' if each.method == 'GET' or each.label in READS else 'write'}"


def closed(app: Quart) -> list[Operation]:
    """Those with a door, the one that ends all sessions at the end."""
    found = [each for each in operations(app) if each.path not in PUBLIC and each.label not in FOR_NOBODY]
    return sorted(found, key=lambda each: (each.label == LAST, each.label))


def expected(role: str, wanted: str, *, runs_it: bool = False) -> bool:
    """Whether somebody of this role may, by the tables above."""
    named, _, verb = wanted.partition(":")
    if named == KNOWN:
        return True
    if named == SYSTEM:
        return runs_it and role in RUNS_IT
    return verb[0] in MATRIX[named][PEOPLE.index(role)]


async def ask(it: Served, method: str, path: str, token: str, **more: Any) -> tuple[int, str]:
    """As a client from elsewhere; what is written is empty, so that little happens to whom it is permitted."""
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    options = {"client": ELSEWHERE, "headers": bearer(token) if token else {}, **body, **more}
    return await told(await it._ask(method, address(path), **options))


async def differences(it: Served, token: str, may: Any) -> list[str]:
    """Operations that are permitted and should not be, or the other way round, or go wrong altogether."""
    found = []
    for each in closed(it.app):
        status, code = await ask(it, each.method, each.path, token)
        wanted = "let in" if may(permission(each)) else "refused"
        got = "refused" if (status, code) == REFUSED else "let in"
        if wanted != got or status == 401 or status >= 500 or (status == 403 and got != "refused"):
            found.append(f"{each.label} should be {wanted}, and was answered {status} {code}")
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def it(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One for all tests."""
    folder = tmp_path_factory.mktemp("gateway")
    async with served(folder, empty_database(folder / "x.db"), parts={"limiter": NoLimits()}) as it:
        for each in operations(it.app):
            if each.label in NOT_CARRIED_OUT:
                it.app.view_functions[each.endpoint] = _nothing_behind(it.app.view_functions[each.endpoint])
        yield it


def _nothing_behind(view: Any) -> Any:
    async def nothing() -> tuple[str, int]:
        return "", 204

    nothing.__needs__ = view.__needs__  # type: ignore[attr-defined]
    return nothing


async def key(it: Served, scopes: list[str], name: str = "K") -> str:
    """The secret of a new key."""
    made = await it.post("/api/keys", client=HERE, json={"name": name, "scopes": scopes})
    assert made.status_code == 201, await made.get_data(as_text=True)
    return str((await made.get_json())["key"])


SCOPES: Final = sorted(
    f"{name}:{verb}" for name, columns in MATRIX.items() for verb in ("read", "write") if verb[0] in columns[0]
)
"""What a key can be given: what an owner has."""


async def test_strangers_are_let_in_by_the_public_routes_alone(it: Served) -> None:
    proxied = {"x-forwarded-for": "203.0.113.7", "host": "localhost"}
    disguises: list[dict[str, Any]] = [
        {},
        {"headers": bearer("wrong")},
        {"headers": bearer("cg_" + "a" * 40)},
        {"headers": {"cookie": "centralita_session=wrong"}},
        {"headers": proxied, "client": HERE},
    ]
    wrong = []
    for each in operations(it.app):
        if each.path in PUBLIC:
            continue
        for options in disguises:
            found = await ask(it, each.method, each.path, "", **options)
            if found != STRANGE:
                wrong.append(f"{each.label} answered {found} to {options}")
    assert wrong == []


async def test_asking_for_headers_or_methods_alone_opens_nothing(it: Served) -> None:
    open_ones = [
        f"{method} {each.path}"
        for each in closed(it.app)
        for method in ("HEAD", "OPTIONS")
        if (await ask(it, method, each.path, ""))[0] != 401
    ]
    assert open_ones == []


async def test_the_public_routes_are_there_and_let_strangers_in(it: Served) -> None:
    sockets = {rule.rule for rule in it.app.url_map.iter_rules() if rule.websocket}
    there = {each.path for each in operations(it.app)}
    assert set(PUBLIC) - there == set(), "gone: take them from the table"
    for each in operations(it.app):
        if each.path in PUBLIC and each.path not in sockets:
            assert await ask(it, each.method, each.path, "") != STRANGE, each.label
    labels = {each.label for each in operations(it.app)}
    assert {*READS, *FOR_NOBODY, *NOT_CARRIED_OUT, LAST} - labels == set(), "gone: take them from the tables"


async def test_every_word_of_the_tables_is_in_use(it: Served) -> None:
    used = {area(each) for each in closed(it.app)}
    assert used == set(AREAS.values())
    assert used - {KNOWN, SYSTEM} == set(MATRIX)


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("first", [True, False], ids=["of the first company", "of another company"])
async def test_each_role_may_what_the_table_says_and_nothing_else(it: Served, role: str, first: bool) -> None:
    tenant = "default" if first else await company(it, f"Company of the {role}")
    email = f"{role}.{tenant}@clinica.example".lower()
    await user(it, email, role=role, tenant=tenant)
    token = await token_of(it, email)
    assert await differences(it, token, lambda wanted: expected(role, wanted, runs_it=first)) == []


async def test_what_nobody_may_is_refused_to_the_operator_too(it: Served) -> None:
    for label in FOR_NOBODY:
        method, _, path = label.partition(" ")
        assert await ask(it, method, path, "", client=HERE) == REFUSED


async def test_a_key_with_one_scope_opens_what_needs_it_and_one_with_all_others_does_not(it: Served) -> None:
    wrong = []
    for scope in SCOPES:
        alone, others = await key(it, [scope]), await key(it, [each for each in SCOPES if each != scope])
        for each in closed(it.app):
            if permission(each) != scope:
                continue
            found = (await ask(it, each.method, each.path, alone), await ask(it, each.method, each.path, others))
            if found[0][0] in (401, 403) or found[0][0] >= 500 or found[1] != REFUSED:
                wrong.append(f"{each.label} with {scope} alone and without it: {found}")
    assert wrong == []


async def test_a_key_with_every_scope_does_not_run_the_installation(it: Served) -> None:
    everything = await key(it, SCOPES)
    for each in closed(it.app):
        if area(each) == SYSTEM:
            assert await ask(it, each.method, each.path, everything) == REFUSED, each.label
    for strange in ("system:read", "system:write", "audit:write", "*"):
        asked_for = {"name": "K", "scopes": [strange]}
        assert await told(await it.post("/api/keys", client=HERE, json=asked_for)) == (422, "invalid"), strange


async def test_a_key_without_scopes_is_refused_wherever_a_permission_is_needed(it: Served) -> None:
    nothing = await key(it, ["bots:read"], name="Nothing")

    def empty(session: Session) -> None:
        session.query(ApiKey).filter(ApiKey.name == "Nothing").one().scopes = []

    await it.gateway.people.parts.store.across(empty)
    description = await Description.of(it)
    for each in closed(it.app):
        body = {} if each.method == "GET" else {"json": description.example(each.method, each.path) or {}}
        found = await ask(it, each.method, each.path, nothing, **body)
        if each.path.startswith(OF_PEOPLE):
            assert found == (403, "users_only"), each.label
        elif area(each) == KNOWN:
            assert found == (200, ""), each.label
        else:
            assert found == REFUSED, each.label
