"""Contacts over HTTP: made, found, changed, merged, told about."""

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest

from control_plane.core.people.principal import Principal, system
from control_plane.core.refusals import Refused
from control_plane.resources.contacts.contacts import CONTACTS
from control_plane.resources.contacts.schemas import ContactIn, ContactMergeIn, ContactNumberIn, DoNotCallIn
from control_plane.resources.crud import Query
from control_plane.resources.idempotency import Ask
from control_plane.resources.tenants import Tenant
from tests.gateways import Served

ANA = {
    "name": "Ana Pérez",
    "numbers": [{"e164": "300 123 4567", "label": "mobile"}, {"e164": "+34 600 11 22 33"}],
    "email": "Ana@Example.com",
    "tags": ["vip", "perros"],
    "attributes": {"pet": "Luna"},
    "consent": {"basis": "express", "at": 1_700_000_000.5, "source": "web form"},
}


async def made(it: Served, **fields: Any) -> dict[str, Any]:
    answer = await it.post("/api/contacts", json=fields)
    assert answer.status_code == 201, await answer.get_data(as_text=True)
    return dict(await answer.get_json())


async def listed(it: Served, query: str = "") -> list[str]:
    answer = await it.get(f"/api/contacts?sort=name&{query}")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return [item["name"] for item in (await answer.get_json())["items"]]


async def patch(it: Served, contact_id: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = await it._ask("PATCH", f"/api/contacts/{contact_id}", client=("127.0.0.1", 1), json=fields)
    assert answer.status_code == status, await answer.get_data(as_text=True)
    return dict(await answer.get_json())


async def test_a_contact_is_told_as_it_was_entered_with_its_numbers_in_e164(it: Served) -> None:
    contact = await made(it, **ANA)
    assert contact["numbers"] == [
        {"e164": "+573001234567", "label": "mobile"},
        {"e164": "+34600112233", "label": ""},
    ]
    assert (contact["zone"], contact["zone_source"]) == ("America/Bogota", "number")
    assert contact["email"] == "ana@example.com"
    assert contact["consent"] == {"basis": "express", "at": 1_700_000_000.5, "source": "web form"}
    assert (contact["do_not_call"], contact["lists"], contact["version"]) == (False, [], 1)
    again = await it.get(f"/api/contacts/{contact['id']}")
    assert await again.get_json() == contact
    assert again.headers["ETag"] == '"1"'


async def test_numbers_without_a_prefix_are_of_the_tenants_region(it: Served) -> None:
    def move(session: Any) -> None:
        session.get(Tenant, "default").region = "MX"

    await it.gateway.business.act(system("default", "test"), move)
    contact = await made(it, name="Luis", numbers=[{"e164": "55 1234 5678"}])
    assert contact["numbers"][0]["e164"] == "+525512345678"
    assert contact["zone"] == "America/Mexico_City"


async def test_what_is_no_number_is_named_by_its_place(it: Served) -> None:
    numbers = [{"e164": "+573001234567"}, {"e164": "12"}]
    answer = await it.post("/api/contacts", json={"name": "x", "numbers": numbers})
    body = await answer.get_json()
    assert (answer.status_code, body["code"]) == (422, "invalid")
    assert body["errors"][0]["field"] == "numbers.1"


@pytest.mark.parametrize(
    "body", [{}, {"name": "x", "zone": "Mars/Base"}, {"name": "x", "surname": "y"}, {"name": "x", "email": "nobody"}]
)
async def test_what_makes_no_contact_is_refused(it: Served, body: dict[str, Any]) -> None:
    answer = await it.post("/api/contacts", json=body)
    assert (answer.status_code, (await answer.get_json())["code"]) == (422, "invalid")


async def test_two_contacts_do_not_share_a_number(it: Served) -> None:
    first = await made(it, **ANA)
    answer = await it.post("/api/contacts", json={"name": "Otra", "numbers": [{"e164": "+573001234567"}]})
    body = await answer.get_json()
    assert (answer.status_code, body["code"]) == (409, "number_taken")
    assert first["id"] in body["detail"]


async def test_a_repeated_request_makes_one_contact(it: Served) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await it.post("/api/contacts", json=ANA, headers=headers)
    again = await it.post("/api/contacts", json=ANA, headers=headers)
    assert await first.get_json() == await again.get_json()
    assert await listed(it) == ["Ana Pérez"]


async def test_a_zone_that_somebody_corrected_stays_when_numbers_change(it: Served) -> None:
    contact = await made(it, **ANA)
    corrected = await patch(it, contact["id"], zone="Europe/Madrid")
    assert (corrected["zone"], corrected["zone_source"], corrected["version"]) == ("Europe/Madrid", "user", 2)
    moved = await patch(it, contact["id"], numbers=[{"e164": "+525512345678"}])
    assert (moved["zone"], moved["numbers"]) == ("Europe/Madrid", [{"e164": "+525512345678", "label": ""}])
    assert moved["version"] == 3
    guessed = await patch(it, contact["id"], zone="")
    assert (guessed["zone"], guessed["zone_source"]) == ("America/Mexico_City", "number")


async def test_a_guessed_zone_follows_the_number(it: Served) -> None:
    contact = await made(it, **ANA)
    moved = await patch(it, contact["id"], numbers=[{"e164": "+34600112233", "label": "trabajo"}])
    assert (moved["zone"], moved["zone_source"]) == ("Europe/Madrid", "number")


async def test_a_contact_cannot_lose_everything_by_which_it_is_known(it: Served) -> None:
    contact = await made(it, numbers=[{"e164": "+573001234567"}])
    await patch(it, contact["id"], status=422, numbers=[])


async def test_a_change_of_an_old_version_is_refused(it: Served) -> None:
    contact = await made(it, **ANA)
    path = f"/api/contacts/{contact['id']}"
    options = {"json": {"name": "x"}, "headers": {"If-Match": '"7"'}}
    answer = await it._ask("PATCH", path, client=("127.0.0.1", 1), **options)
    assert (answer.status_code, (await answer.get_json())["code"]) == (412, "version_mismatch")


async def test_contacts_are_filtered_and_searched(it: Served) -> None:
    await made(it, **ANA)
    await made(it, name="Bruno", numbers=[{"e164": "+525512345678"}], tags=["VIP"], language="es")
    await made(it, name="Carla", email="carla@example.com", tags=["ñandú_1"])
    await it.post("/api/do-not-call", json={"numbers": ["55 1234 5678".replace("55", "+52 55")]})
    assert await listed(it) == ["Ana Pérez", "Bruno", "Carla"]
    assert await listed(it, "tag=vip") == ["Ana Pérez"]
    assert await listed(it, f"tag={quote('ñandú_1')}") == ["Carla"]
    assert await listed(it, f"tag={quote('andú')}") == []
    assert await listed(it, "number=(300) 123-4567") == ["Ana Pérez"]
    assert await listed(it, "number=%2B57 300 1234567") == ["Ana Pérez"]
    assert await listed(it, "number=0057 300 1234567") == ["Ana Pérez"]
    assert await listed(it, "number=nobody") == []
    assert await listed(it, "do_not_call=true") == ["Bruno"]
    assert await listed(it, "do_not_call=false") == ["Ana Pérez", "Carla"]
    assert await listed(it, "consent=express") == ["Ana Pérez"]
    assert await listed(it, "language=es") == ["Bruno"]
    assert await listed(it, "q=perez") == ["Ana Pérez"]
    assert await listed(it, "q=5512") == ["Bruno"]
    assert await listed(it, "q=carla@") == ["Carla"]
    assert await listed(it, "created_from=32000000000") == []
    assert await listed(it, "updated_to=32000000000&limit=2") == ["Ana Pérez", "Bruno"]
    assert (await it.get("/api/contacts?consent=maybe")).status_code == 422


async def test_a_removed_contact_leaves_its_number_to_others(it: Served) -> None:
    contact = await made(it, **ANA)
    answer = await it._ask("DELETE", f"/api/contacts/{contact['id']}", client=("127.0.0.1", 1))
    assert answer.status_code == 204
    await made(it, **ANA)


async def test_merged_contacts_are_one_with_all_they_had(it: Served) -> None:
    keep = await made(it, name="Ana", numbers=[{"e164": "+573001234567", "label": "a"}], tags=["vip"])
    other = await made(
        it,
        name="Ana P.",
        email="ana@example.com",
        numbers=[{"e164": "+573001234568", "label": "b"}],
        zone="Europe/Madrid",
        attributes={"pet": "Luna"},
        tags=["perros", "vip"],
        note="llama tarde",
    )
    made_list = await (await it.post("/api/lists", json={"name": "Enero"})).get_json()
    members = {"members": [{"contact_id": other["id"], "variables": {"n": 1}}]}
    assert (await it.post(f"/api/lists/{made_list['id']}/members", json=members)).status_code == 200
    order = {"contact_id": other["id"], "currency": "COP", "lines": []}
    placed = await it.post("/api/orders", json=order)
    answer = await it.post("/api/contacts/merge", json={"keep": keep["id"], "others": [other["id"]]})
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    merged = await answer.get_json()
    assert [number["e164"] for number in merged["numbers"]] == ["+573001234567", "+573001234568"]
    assert [number["label"] for number in merged["numbers"]] == ["a", "b"]
    assert (merged["name"], merged["email"], merged["zone"]) == ("Ana", "ana@example.com", "Europe/Madrid")
    assert (merged["tags"], merged["attributes"]) == (["vip", "perros"], {"pet": "Luna"})
    assert (merged["lists"], merged["note"]) == ([made_list["id"]], "llama tarde")
    assert (await it.get(f"/api/contacts/{other['id']}")).status_code == 404
    assert await listed(it, "q=3001234568") == ["Ana"]
    assert await listed(it, f"list_id={made_list['id']}") == ["Ana"]
    if placed.status_code == 201:
        found = await (await it.get(f"/api/orders/{(await placed.get_json())['id']}")).get_json()
        assert found["contact_id"] == keep["id"]


async def test_a_contact_is_not_merged_with_itself_or_with_nobody(it: Served) -> None:
    contact = await made(it, **ANA)
    itself = await it.post("/api/contacts/merge", json={"keep": contact["id"], "others": [contact["id"]]})
    nobody = await it.post("/api/contacts/merge", json={"keep": contact["id"], "others": ["nobody"]})
    assert (itself.status_code, nobody.status_code) == (422, 404)


async def test_the_timeline_tells_calls_lists_and_suppressions_newest_first(it: Served) -> None:
    contact = await made(it, **ANA)
    made_list = await (await it.post("/api/lists", json={"name": "Enero"})).get_json()
    await it.post(f"/api/lists/{made_list['id']}/members", json={"members": [{"contact_id": contact["id"]}]})
    call_id = await it.call(telefono="+573001234567")
    await it.post("/api/do-not-call", json={"numbers": ["+573001234567"], "reason": "asked"})
    path = f"/api/contacts/{contact['id']}/timeline"
    whole = await (await it.get(path)).get_json()
    assert [item["kind"] for item in whole["items"]] == ["do_not_call", "call", "list", "contact"]
    assert whole["items"][1]["id"] == call_id
    paged: list[str] = []
    cursor = ""
    while True:
        page = await (await it.get(f"{path}?limit=1&cursor={cursor}")).get_json()
        paged += [item["kind"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert paged == ["do_not_call", "call", "list", "contact"]
    assert (await it.get("/api/contacts/nobody/timeline")).status_code == 404
    assert (await it.get(f"{path}?cursor=nonsense")).status_code == 422


async def test_the_export_has_the_same_filters_and_no_formulas(it: Served) -> None:
    await made(it, **{**ANA, "name": "=1+1"})
    await made(it, name="Bruno")
    answer = await it.get("/api/contacts.csv?tag=vip")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(await answer.get_data(as_text=True))))
    assert len(rows) == 1
    assert (rows[0]["name"], rows[0]["number"], rows[0]["tags"]) == ("'=1+1", "'+573001234567", "vip, perros")
    assert rows[0]["other numbers"] == "'+34600112233"


async def test_nobody_sees_or_touches_the_contacts_of_another_tenant(it: Served) -> None:
    contact = await made(it, **ANA)
    stranger = system("other", "test")

    def found(session: Any) -> None:
        session.add(Tenant(id="other", tenant_id="other", **_TENANT))

    await it.gateway.business._store.across(found)
    book = it.gateway.contacts.book
    assert (await it.gateway.business.page(stranger, CONTACTS, query=Query())).items == []
    for asked in (
        it.gateway.business.get(stranger, CONTACTS, row_id=contact["id"]),
        book.merge(stranger, ContactMergeIn(keep=contact["id"], others=["x"])),
        book.timeline(stranger, contact["id"], cursor="", limit=5),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "unknown_contact"
    twin = ContactIn(name="Ana", numbers=[ContactNumberIn(e164="+573001234567")])
    assert (await book.create(stranger, twin, ask=Ask()))["numbers"][0]["e164"] == "+573001234567"
    await book.suppress(stranger, DoNotCallIn(numbers=["+573001234567"]), ask=Ask())
    assert (await (await it.get(f"/api/contacts/{contact['id']}")).get_json())["do_not_call"] is False
    assert await it.call()


_TENANT: dict[str, Any] = {
    "name": "",
    "zone": "",
    "language": "es",
    "region": "",
    "currency": "USD",
    "status": "active",
    "retention": {},
}


def test_a_viewer_may_look_but_not_write() -> None:
    from control_plane.core.people.permissions import PERMISSIONS, Role

    viewer = Principal(tenant_id="t", kind=system("t", "x").kind, permissions=PERMISSIONS[Role.VIEWER])
    assert viewer.may("contacts:read")
    assert not viewer.may("contacts:write")
    assert not viewer.may("privacy:read")
