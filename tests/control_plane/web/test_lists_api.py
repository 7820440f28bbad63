"""Lists of contacts over HTTP."""

import csv
import io
import json
from typing import Any

from tests.gateways import HERE, Served


async def a_list(it: Served, name: str = "Enero") -> str:
    answer = await it.post("/api/lists", json={"name": name})
    assert answer.status_code == 201, await answer.get_data(as_text=True)
    return str((await answer.get_json())["id"])


async def contacts(it: Served, count: int) -> list[str]:
    ids = []
    for number in range(count):
        body = {"name": f"Persona {number}", "numbers": [{"e164": f"+57300123450{number}"}]}
        ids.append((await (await it.post("/api/contacts", json=body)).get_json())["id"])
    return ids


async def put(it: Served, list_id: str, ids: list[str], **variables: Any) -> Any:
    members = [{"contact_id": each, "variables": variables} for each in ids]
    return await it.post(f"/api/lists/{list_id}/members", json={"members": members})


async def test_contacts_come_and_go_with_their_variables(it: Served) -> None:
    list_id, ids = await a_list(it), await contacts(it, 3)
    added = await put(it, list_id, ids[:2], pet="Luna")
    assert await added.get_json() == {"added": 2, "updated": 0, "removed": 0}
    changed = await put(it, list_id, ids[1:], pet="Sol")
    assert await changed.get_json() == {"added": 1, "updated": 1, "removed": 0}
    page = await (await it.get(f"/api/lists/{list_id}/members")).get_json()
    assert [(item["contact"]["id"], item["variables"]["pet"]) for item in page["items"]] == [
        (ids[0], "Luna"),
        (ids[1], "Sol"),
        (ids[2], "Sol"),
    ]
    assert (await (await it.get(f"/api/lists/{list_id}")).get_json())["contacts"] == 3
    path = f"/api/lists/{list_id}/members"
    assert (await it._ask("DELETE", f"{path}/{ids[0]}", client=HERE)).status_code == 204
    gone = await it.post(f"{path}/remove", json={"contact_ids": [ids[0], ids[1]]})
    assert (await gone.get_json())["removed"] == 1
    assert (await (await it.get(f"/api/contacts/{ids[2]}")).get_json())["lists"] == [list_id]


async def test_members_are_told_page_by_page(it: Served) -> None:
    list_id, ids = await a_list(it), await contacts(it, 5)
    await put(it, list_id, ids)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await (await it.get(f"/api/lists/{list_id}/members?limit=2&cursor={cursor}")).get_json()
        seen += [item["contact"]["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == ids


async def test_nobody_is_put_on_a_list_when_one_of_them_does_not_exist(it: Served) -> None:
    list_id, ids = await a_list(it), await contacts(it, 1)
    refused = await put(it, list_id, [*ids, "nobody"])
    assert (refused.status_code, (await refused.get_json())["errors"][0]["field"]) == (422, "members.1.contact_id")
    assert (await (await it.get(f"/api/lists/{list_id}")).get_json())["contacts"] == 0


async def test_a_list_that_is_not_there_is_told_so(it: Served) -> None:
    ids = await contacts(it, 1)
    assert (await put(it, "nothing", ids)).status_code == 404
    assert (await it.get("/api/lists/nothing/members")).status_code == 404
    assert (await it.get("/api/lists/nothing/members.csv")).status_code == 404


async def test_a_removed_list_leaves_its_contacts(it: Served) -> None:
    list_id, ids = await a_list(it), await contacts(it, 1)
    await put(it, list_id, ids)
    assert (await it._ask("DELETE", f"/api/lists/{list_id}", client=HERE)).status_code == 204
    assert (await (await it.get(f"/api/contacts/{ids[0]}")).get_json())["lists"] == []


async def test_the_export_has_the_variables(it: Served) -> None:
    list_id, ids = await a_list(it), await contacts(it, 2)
    await put(it, list_id, ids, pet="Ñata")
    answer = await it.get(f"/api/lists/{list_id}/members.csv")
    rows = list(csv.DictReader(io.StringIO(await answer.get_data(as_text=True))))
    assert [row["name"] for row in rows] == ["Persona 0", "Persona 1"]
    assert json.loads(rows[0]["variables"]) == {"pet": "Ñata"}


async def test_the_export_begins_with_its_head_even_without_anybody(it: Served) -> None:
    answer = await it.get(f"/api/lists/{await a_list(it)}/members.csv")
    assert (await answer.get_data(as_text=True)).startswith("name,number")
