"""One of everything that can be made over HTTP, each with what the others do not have."""

from itertools import count
from typing import Any, Final

from tests.gateways import HERE, ORDER, Served

_NEW: Final = count(1)

NODES: Final = [
    {"id": "hello", "kind": "say", "text": "Hola.", "edges": [{"to": "bye"}]},
    {"id": "bye", "kind": "hangup"},
]
DRAFT: Final = {"persona": "Eres Lucía.", "tools": ["end_call"]}
FLOW: Final = {"start": "hello", "nodes": NODES}

BODIES: Final[dict[str, Any]] = {
    "/api/bots": {"slug": "bot-{n}", "draft": {**DRAFT, "name": "Lucía {n}"}},
    "/api/contacts": {"name": "Ana {n}", "numbers": [{"e164": "+57300{n:07}", "label": "mobile"}]},
    "/api/do-not-call": {"numbers": ["+57301{n:07}"], "reason": "asked for it"},
    "/api/flows": {"slug": "flow-{n}", "name": "Menú {n}", "draft": FLOW},
    "/api/keys": {"name": "Key {n}", "scopes": ["bots:read"]},
    "/api/lists": {"name": "Lista {n}"},
    "/api/numbers": {"e164": "+57601{n:07}", "label": "Recepción {n}"},
    "/api/orders": {"currency": "COP", "customer": {"name": "Ana {n}", "phone": "+57302{n:07}"}},
    "/api/products": {"sku": "S-{n}", "name": "Vacuna {n}", "price": "45000.00", "currency": "COP", "stock": 20},
    "/api/sellers": {"name": "Luz {n}", "max_load": 50},
    "/api/users/invite": {"email": "luz{n}@clinica.example", "name": "Luz {n}", "role": "agent"},
    "/api/webhooks": {"url": "https://crm.example.com/hooks/{n}", "events": ["contacts.imported"]},
}
"""What is sent to each; `{n}` is another number every time."""


def filled(body: Any, number: int | None = None) -> Any:
    """A body with a number that no other has."""
    chosen = next(_NEW) if number is None else number
    match body:
        case dict():
            return {name: filled(value, chosen) for name, value in body.items()}
        case list():
            return [filled(value, chosen) for value in body]
        case str():
            return body.format(n=chosen) if "{n" in body else body
        case _:
            return body


async def sent(it: Served, method: str, path: str, **options: Any) -> Any:
    """What is answered when it goes well."""
    answer = await it._ask(method, path, client=HERE, **options)
    assert answer.status_code < 300, f"{method} {path}: {await answer.get_data(as_text=True)}"
    return None if answer.status_code == 204 else await answer.get_json()


async def made(it: Served, collection: str, **more: Any) -> str:
    """The id of a new one."""
    return str((await sent(it, "POST", collection, json={**filled(BODIES[collection]), **more}))["id"])


async def sellable(it: Served, **more: Any) -> str:
    """An order of one piece; its id."""
    line = {"product_id": await made(it, "/api/products"), "quantity": 1}
    return await made(it, "/api/orders", lines=[line], **more)


async def published(it: Served) -> str:
    """A bot that answers; its id."""
    bot_id = await made(it, "/api/bots")
    await sent(it, "POST", f"/api/bots/{bot_id}/publish", json={"note": "first"})
    return bot_id


async def called(it: Served) -> str:
    """A call to somebody who is called for the first time; its id."""
    return await it.call(**{**ORDER, "telefono": f"+57303{next(_NEW):07}"})
