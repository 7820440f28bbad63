"""What no database and no voice takes is refused at the border."""

import pytest

from tests.gateways import ORDER, Served

HEADERS = {"content-type": "application/json"}


def order(field: str) -> str:
    """A JSON text: Python's own would not write what is to be refused."""
    return f'{{"telefono": "{ORDER["telefono"]}", {field}}}'


@pytest.mark.parametrize(
    "field",
    [
        '"variables": {"a": NaN}',
        '"variables": {"a": -Infinity}',
        '"variables": {"a": 1e999}',
        '"variables": {"a": "b\\u0000"}',
        '"variables": {"a\\u0000": "b"}',
        '"metadata": {"a": NaN}',
        '"metadata": {"a": [{"b": [Infinity]}]}',
        '"metadata": {"a": {"b\\u0000": 1}}',
        '"metadata": {"a": ["\\u001b"]}',
        '"metadata": {"a": "\\ud800"}',
        '"variables": {"\\ud800": 1}',
        '"nombre": "a\\u0000b"',
        '"nombre": "a\\nb"',
        '"bot_id": "maria\\u0000"',
        '"idempotency_key": "a\\u0000"',
        '"idempotency_key": "a\\u0007b"',
    ],
)
async def test_what_cannot_be_kept_is_invalid(it: Served, field: str) -> None:
    answer = await it.post("/api/call/initiate", data=order(field), headers=HEADERS)
    assert answer.status_code == 422
    body = await answer.get_json()
    assert body["code"] == "invalid"
    assert body["errors"][0]["field"].startswith(field.split('"')[1])
    assert it.control.sent == []


async def test_lines_and_every_script_are_kept(it: Served) -> None:
    kept = {"nota": "uno\ndos\ttres", "名前": ["ñandú 🎉", 1.5, None, True]}
    call_id = await it.call(nombre="José Ñandú 🎉", metadata=kept, idempotency_key="order 7/é")
    assert (await it.gateway.desk.get(call_id)).metadata == kept


@pytest.mark.parametrize(("path", "body"), [("say", '{"text": "a\\u0000"}'), ("transfer", '{"to": "+57\\u00001"}')])
async def test_what_is_asked_of_a_call_is_text(it: Served, path: str, body: str) -> None:
    call_id = await it.call()
    answer = await it.post(f"/api/calls/{call_id}/{path}", data=body, headers=HEADERS)
    assert answer.status_code == 422
    assert (await answer.get_json())["code"] == "invalid"
