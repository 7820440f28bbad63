"""Flows over HTTP: drafts, checks, versions, copies, files."""

from typing import Any

from control_plane.resources.flows import EXAMPLE
from tests.control_plane.web.test_bots_api import ask, made
from tests.gateways import Served

BROKEN = {"start": "hello", "nodes": [{"id": "hello", "kind": "say", "text": "Hola.", "edges": [{"to": "gone"}]}]}


async def new(it: Served, **more: Any) -> str:
    return str((await ask(it, "POST", "/api/flows", status=201, json={**EXAMPLE, **more}))["id"])


async def test_a_draft_may_be_broken_and_its_faults_are_told(it: Served) -> None:
    flow_id = await new(it, draft=BROKEN)
    body = await ask(it, "POST", f"/api/flows/{flow_id}/validate")
    assert (body["valid"], body["errors"][0]["field"]) == (False, "nodes.0.edges.0.to")
    body = await ask(it, "POST", f"/api/flows/{flow_id}/publish", json={}, status=422)
    assert (body["code"], body["errors"][0]["field"]) == ("invalid", "draft.nodes.0.edges.0.to")
    await ask(it, "PATCH", f"/api/flows/{flow_id}", json={"draft": EXAMPLE["draft"]})
    assert (await ask(it, "POST", f"/api/flows/{flow_id}/validate"))["valid"]


async def test_a_flow_is_published_in_versions(it: Served) -> None:
    flow_id = await new(it)
    assert (await ask(it, "POST", f"/api/flows/{flow_id}/publish", json={"note": "n"}))["number"] == 1
    body = await ask(it, "GET", f"/api/flows/{flow_id}")
    assert (body["status"], body["published_version"], body["changed"]) == ("published", 1, False)
    changed = {**EXAMPLE["draft"], "title": "other"}
    assert (await ask(it, "PATCH", f"/api/flows/{flow_id}", json={"draft": changed}))["changed"]
    await ask(it, "POST", f"/api/flows/{flow_id}/publish", json={}, status=412, headers={"If-Match": '"1"'})
    await ask(it, "POST", f"/api/flows/{flow_id}/publish", json={})
    items = (await ask(it, "GET", f"/api/flows/{flow_id}/versions"))["items"]
    assert [(each["number"], each["current"]) for each in items] == [(2, True), (1, False)]
    assert (await ask(it, "GET", f"/api/flows/{flow_id}/versions/1"))["document"] == EXAMPLE["draft"]


async def test_a_flow_is_copied_and_carried_elsewhere(it: Served) -> None:
    flow_id = await new(it)
    copy = await ask(it, "POST", f"/api/flows/{flow_id}/duplicate", status=201, json={})
    assert (copy["name"], copy["draft"], copy["status"]) == ("Menú de bienvenida (2)", EXAMPLE["draft"], "draft")
    file = await ask(it, "GET", f"/api/flows/{flow_id}/export")
    assert file == {"format": 1, "name": EXAMPLE["name"], "language": "es", "draft": EXAMPLE["draft"]}
    there = await ask(it, "POST", "/api/flows/import", status=201, json=file)
    assert there["draft"] == EXAMPLE["draft"]
    assert there["slug"] not in (copy["slug"], "menu-de-bienvenida")
    await ask(it, "POST", "/api/flows/import", status=422, json={**file, "format": 2})


async def test_a_flow_that_a_bot_follows_stays(it: Served) -> None:
    flow_id = await new(it)
    await ask(it, "POST", f"/api/flows/{flow_id}/publish", json={})
    bot_id = await made(it, flow_id=flow_id)
    await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={})
    await ask(it, "PATCH", f"/api/bots/{bot_id}", json={"draft": {"flow_id": ""}})
    assert (await ask(it, "DELETE", f"/api/flows/{flow_id}", status=409))["code"] == "in_use"
    await ask(it, "POST", f"/api/bots/{bot_id}/publish", json={})
    await ask(it, "DELETE", f"/api/flows/{flow_id}", status=204)
    await ask(it, "GET", f"/api/flows/{flow_id}", status=404)
