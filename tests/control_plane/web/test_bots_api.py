"""Bots over HTTP: drafts, versions, switches, copies, comparisons, and whom it concerns."""

from typing import Any

import pytest

from tests.gateways import Served

DRAFT = {"name": "Lucía", "persona": "Eres Lucía.", "tools": ["end_call"], "greetings": {"morning": "Buen día."}}


async def ask(it: Served, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
    answer = await it._ask(method, path, client=("127.0.0.1", 50_000), **options)
    assert answer.status_code == status, await answer.get_data(as_text=True)
    return None if status == 204 else await answer.get_json()


async def made(it: Served, **draft: Any) -> str:
    body = await ask(it, "POST", "/api/bots", status=201, json={"draft": {**DRAFT, **draft}})
    return str(body["id"])


async def published(it: Served, **draft: Any) -> str:
    bot_id = await made(it, **draft)
    await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={"note": "first"})
    return bot_id


async def test_every_installation_begins_with_the_bot_that_ships(it: Served) -> None:
    body = await ask(it, "GET", "/api/bots")
    [maria] = body["items"]
    assert (maria["id"], maria["slug"], maria["name"], maria["status"]) == ("maria", "maria", "María", "active")
    assert (maria["published_version"], maria["changed"]) == (1, False)
    assert "Clínica Veterinaria" in maria["draft"]["persona"]
    await it.gateway.bots.seed()
    assert len((await ask(it, "GET", "/api/bots"))["items"]) == 1


async def test_a_bot_is_made_as_a_draft_with_a_name_of_its_own(it: Served) -> None:
    body = await ask(it, "POST", "/api/bots", status=201, json={"draft": DRAFT})
    assert (body["slug"], body["status"], body["published_version"]) == ("lucia", "draft", None)
    assert body["draft"]["no_input_s"] == 8.0
    second = await ask(it, "POST", "/api/bots", status=201, json={"draft": DRAFT})
    assert second["slug"] == "lucia-2"
    taken = await ask(it, "POST", "/api/bots", status=409, json={"slug": "lucia", "draft": DRAFT})
    assert taken["code"] == "conflict"


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        ({"language": "fr"}, "draft.language"),
        ({"tools": ["open_door"]}, "draft.tools.0"),
        ({"turns": {"min_words": 0}}, "draft.turns.min_words"),
        ({"no_input_s": 0}, "draft.no_input_s"),
        ({"hours": {"week": {"monday": [{"opens": "18:00", "closes": "09:00"}]}}}, "draft.hours.week.monday.0"),
        ({"transfer_number": "555"}, "draft.transfer_number"),
        ({"colour": "red"}, "draft.colour"),
    ],
)
async def test_every_fault_of_a_draft_is_told_with_its_path(it: Served, draft: Any, path: str) -> None:
    body = await ask(it, "POST", "/api/bots", status=422, json={"draft": {**DRAFT, **draft}})
    assert path in [fault["field"] for fault in body["errors"]]


async def test_a_change_replaces_the_fields_that_are_sent_and_leaves_the_others(it: Served) -> None:
    bot_id = await published(it)
    body = await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"name": "Ana", "voice": "v1"}})
    assert (body["name"], body["draft"]["voice"], body["draft"]["persona"]) == ("Ana", "v1", "Eres Lucía.")
    assert body["changed"]
    body = await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"name": "Lucía", "voice": ""}})
    assert not body["changed"], "it says again what was published"


async def test_what_somebody_else_has_changed_is_not_overwritten(it: Served) -> None:
    bot_id = await made(it)
    headers = {"If-Match": '"1"'}
    await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"voice": "a"}}, headers=headers)
    body = await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"voice": "b"}}, headers=headers, status=412)
    assert body["code"] == "version_mismatch"


async def test_publishing_makes_versions_and_going_back_makes_another(it: Served) -> None:
    bot_id = await published(it)
    await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"voice": "second"}})
    second = await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={})
    assert (second["number"], second["current"], second["document"]["voice"]) == (2, True, "second")
    third = await ask(it, "POST", f"/api/bots/{bot_id}/rollback", json={"version": 1})
    assert (third["number"], third["document"]["voice"], third["note"]) == (3, "", "as version 1")
    items = (await ask(it, "GET", f"/api/bots/{bot_id}/versions"))["items"]
    assert [(each["number"], each["current"], each["document"]) for each in items] == [
        (3, True, None),
        (2, False, None),
        (1, False, None),
    ]
    assert items[-1]["note"] == "first"
    row = await ask(it, "GET", f"/api/bots/{bot_id}")
    assert (row["published_version"], row["changed"], row["draft"]["voice"]) == (3, True, "second")
    second = await ask(it, "GET", f"/api/bots/{bot_id}/versions/2")
    assert second["document"]["voice"] == "second"
    assert (await ask(it, "GET", f"/api/bots/{bot_id}/versions/9", status=404))["code"] == "unknown_version"


async def test_a_draft_that_says_nothing_is_not_published(it: Served) -> None:
    bot_id = await made(it, persona=" ", answering_machine={"policy": "leave_message"})
    body = await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={}, status=422)
    assert [fault["field"] for fault in body["errors"]] == ["draft.persona", "draft.answering_machine.message"]
    await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {**DRAFT, "answering_machine": {}, "flow_id": "no"}})
    body = await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={}, status=422)
    assert body["errors"][0]["field"] == "draft.flow_id"


async def test_a_bot_is_switched_off_and_on(it: Served) -> None:
    draft_only = await made(it)
    body = await ask(it, "POST", f"/api/bots/{draft_only}/activate", status=409)
    assert body["code"] == "not_published"
    bot_id = await published(it)
    assert (await ask(it, "POST", f"/api/bots/{bot_id}/deactivate"))["status"] == "inactive"
    await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={})
    assert (await ask(it, "GET", f"/api/bots/{bot_id}"))["status"] == "inactive"
    assert (await ask(it, "POST", f"/api/bots/{bot_id}/activate"))["status"] == "active"


async def test_a_copy_has_the_draft_and_no_version(it: Served) -> None:
    body = await ask(it, "POST", "/api/bots/maria/clone", status=201, json={"name": "Marta"})
    assert (body["name"], body["slug"], body["status"]) == ("Marta", "marta", "draft")
    assert body["draft"]["persona"] == (await ask(it, "GET", "/api/bots/maria"))["draft"]["persona"]
    headers = {"Idempotency-Key": "once"}
    twice = [await ask(it, "POST", "/api/bots/maria/clone", status=201, json={}, headers=headers) for _ in range(2)]
    assert twice[0]["id"] == twice[1]["id"]


async def test_two_versions_are_compared_field_by_field(it: Served) -> None:
    bot_id = await published(it)
    changes = {"voice": "v", "tools": ["end_call", "send_digits"], "greetings": {"morning": "Hola."}}
    await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": changes})
    body = await ask(it, "GET", f"/api/bots/{bot_id}/diff?from=1")
    assert body["items"] == [
        {"path": "greetings.morning", "before": "Buen día.", "after": "Hola."},
        {"path": "tools.1", "before": None, "after": "send_digits"},
        {"path": "voice", "before": "", "after": "v"},
    ]
    assert (await ask(it, "GET", f"/api/bots/{bot_id}/diff?from=draft&to=draft"))["items"] == []
    await ask(it, "GET", f"/api/bots/{bot_id}/diff?from=0", status=422)


async def test_a_bot_that_a_number_leads_to_stays(it: Served) -> None:
    bot_id = await published(it)
    number = await ask(it, "POST", "/api/numbers", status=201, json={"e164": "+576015550101", "bot_id": bot_id})
    body = await ask(it, "DELETE", f"/api/bots/{bot_id}", status=409)
    assert (body["code"], "+576015550101" in body["detail"]) == ("in_use", True)
    await ask(it, "DELETE", f"/api/numbers/{number['id']}", status=204)
    await ask(it, "DELETE", f"/api/bots/{bot_id}", status=204)
    assert (await ask(it, "GET", f"/api/bots/{bot_id}", status=404))["code"] == "unknown_voice_bot"


async def test_calls_are_made_with_what_is_published_at_once(it: Served) -> None:
    bot_id = await published(it, record=False)
    call = await it.gateway.desk.get(await it.call(bot_id="lucia"))
    assert (call.bot_id, call.bot_version) == (bot_id, 1)
    await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={})
    call = await it.gateway.desk.get(await it.call(bot_id=bot_id))
    assert call.bot_version == 2
    await ask(it, "POST", f"/api/bots/{bot_id}/deactivate")
    answer = await it.post("/api/call/initiate", json={"telefono": "+573001234567", "bot_id": bot_id})
    assert (answer.status_code, (await answer.get_json())["code"]) == (422, "unknown_bot")


async def test_a_call_shows_the_first_active_number_of_the_tenant(it: Served) -> None:
    assert (await it.gateway.desk.get(await it.call())).sender == "+576015550100"
    body = await ask(it, "POST", "/api/numbers", status=201, json={"e164": "+576015550155"})
    assert (await it.gateway.desk.get(await it.call())).sender == "+576015550155"
    await ask(it, "PATCH", f"/api/numbers/{body['id']}", json={"active": False})
    assert (await it.gateway.desk.get(await it.call())).sender == "+576015550100"


async def test_a_number_belongs_to_one_only_while_it_is_active(it: Served) -> None:
    first = await ask(it, "POST", "/api/numbers", status=201, json={"e164": "+576015550155"})
    assert (await ask(it, "POST", "/api/numbers", status=409, json={"e164": "+576015550155"}))["code"] == "conflict"
    await ask(it, "PATCH", f"/api/numbers/{first['id']}", json={"active": False})
    await ask(it, "POST", "/api/numbers", status=201, json={"e164": "+576015550155"})
    for wrong in ({"e164": "555"}, {"e164": "+576015550166", "bot_id": "nobody"}):
        assert (await ask(it, "POST", "/api/numbers", status=422, json=wrong))["errors"]
