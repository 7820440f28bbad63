"""What persons may ask for over HTTP: everything told, everything erased."""

import asyncio
from typing import Any

import pytest

from control_plane.core.call import events as e
from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.ports.stores import StoredWebhook, TurnRecord
from control_plane.resources.contacts.imports import ImportFault, ImportJob
from control_plane.resources.contacts.privacy import PrivacyEraseIn
from control_plane.resources.tenants import Tenant
from tests.gateways import HERE, OURS, Served

NUMBER = "+573001234567"
DAY_S = 86_400.0


async def ended_call(it: Served, name: str = "Ana Secreta") -> str:
    call_id = await it.call(nombre=name, telefono=NUMBER, variables={"pet": "Luna"})
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    turn = TurnRecord(call_id=call_id, index=0, speaker="caller", text="soy Ana Secreta", heard="", started_at=1.0)
    await it.gateway.calls.save_turn(turn)
    await it.gateway.blobs.put(f"recordings/{call_id}.wav", b"RIFF", content_type="audio/wav")
    await it.gateway.calls.set_recording(call_id, f"recordings/{call_id}.wav")
    live.post(e.LegHungUp(cause="normal"))
    async with asyncio.timeout(10):
        while it.gateway.desk.roster.find(call_id) is not None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    return call_id


async def contact(it: Served) -> str:
    body = {"name": "Ana Secreta", "numbers": [{"e164": NUMBER}], "email": "ana@secreta.example", "note": "alérgica"}
    answer = await it.post("/api/contacts", json=body, headers={"Idempotency-Key": "k"})
    return str((await answer.get_json())["id"])


async def erased(it: Served, **asked: Any) -> dict[str, Any]:
    answer = await it.post("/api/privacy/erase", json={"reason": "asked by letter", **asked})
    assert answer.status_code == 202, await answer.get_data(as_text=True)
    receipt = await answer.get_json()
    async with asyncio.timeout(20):
        while True:
            found = await (await it.get(f"/api/privacy/requests/{receipt['id']}")).get_json()
            if found["ended_at"] is not None:
                return dict(found)
            await asyncio.sleep(0.01)


async def everything(it: Served) -> str:
    """All tables, as text. An index without content cannot be read; the tables in which it lies can."""
    tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"

    def work(connection: Any) -> str:
        names = [row[0] for row in connection.exec_driver_sql(tables) if "content=''" not in (row[1] or "")]
        rows = [(name, row) for name in names for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
        return "\n".join(f"{name} {tuple(row)!r}" for name, row in rows)

    return str(await it.gateway.business._store._database.read(work))


async def test_nothing_about_an_erased_person_is_left_but_that_they_must_not_be_called(it: Served) -> None:
    contact_id = await contact(it)
    call_id = await ended_call(it)
    control_id = (await it.gateway.desk.get(call_id)).control_id
    body = f'{{"to": "{NUMBER}", "call_control_id": "{control_id}"}}'.encode()
    hook = StoredWebhook(carrier="telnyx", event_id="w1", kind="k", body=body, received_at=1.0)
    await it.gateway.intakes["telnyx"]._parts.store.add(hook)
    await it.gateway.intakes["telnyx"]._parts.store.mark_worked("telnyx", "w1")
    await it.post(f"/api/calls/{call_id}/note", json={"text": "Ana Secreta llamó"})
    order = {"contact_id": contact_id, "customer": {"name": "Ana Secreta", "phone": NUMBER, "email": ""}}
    await it.post("/api/orders", json={**order, "currency": "COP", "lines": []})
    receipt = await erased(it, contact_id=contact_id)
    assert (receipt["state"], receipt["error"]) == ("done", "")
    assert {name: receipt["found"][name] for name in ("calls", "recordings", "turns", "messages", "contacts")} == {
        "calls": 1,
        "recordings": 1,
        "turns": 1,
        "messages": 1,
        "contacts": 1,
    }
    kept = await everything(it)
    for mark in ("Secreta", "secreta", NUMBER, "alérgica", "Luna"):
        assert mark not in kept, [line for line in kept.splitlines() if mark in line]
    assert await it.gateway.blobs.get(f"recordings/{call_id}.wav") is None
    call = await (await it.get(f"/api/calls/{call_id}")).get_json()
    assert (call["name"], call["to"], call["sender"]) == ("", "", OURS)


async def faulty_rows(it: Served, *cells: str) -> None:
    def work(session: Any) -> None:
        job = ImportJob(file_name="x.csv", size_bytes=1, pieces=0, list_id="", region="", on_duplicate="update")
        job.mapping, job.consent, job.state, job.error = {}, {}, "done", ""
        job.position = job.total = job.created = job.updated = job.skipped = job.failed = 0
        job.started_at = job.ended_at = 1.0
        session.add(job)
        session.flush()
        for row, cell in enumerate(cells, start=2):
            session.add(ImportFault(import_id=job.id, row=row, column="", reason="bad", cells=["x", cell]))

    await it.gateway.business.act(system("default", "test"), work)


async def test_who_was_merged_or_deleted_before_is_erased_from_what_was_noted_and_told(it: Served) -> None:
    await it.post("/api/webhooks", json={"url": "https://hooks.example.com/x", "events": ["contact.*"]})
    keep = await contact(it)
    made = []
    for name, number in (("Ana Segunda", "+573007654321"), ("Ana Tercera", "+573009999999"), ("Luis", "+573005555555")):
        answer = await it.post("/api/contacts", json={"name": name, "numbers": [{"e164": number}]})
        made.append(str((await answer.get_json())["id"]))
    assert (await it.post("/api/contacts/merge", json={"keep": keep, "others": [made[0]]})).status_code == 200
    assert (await it._ask("DELETE", f"/api/contacts/{made[1]}", client=HERE)).status_code == 204
    await faulty_rows(it, "+57 300 123 4567", "(300) 999-99.99", "+57 300 555 5555", "7")
    receipts = [await erased(it, number=number) for number in (NUMBER, "+573009999999")]
    assert [receipt["found"]["import_faults"] for receipt in receipts] == [1, 1]
    kept = await everything(it)
    for mark in ("Secreta", "Segunda", "Tercera", NUMBER, "+573007654321", "+573009999999", "300 123", "999-99"):
        assert mark not in kept, [line for line in kept.splitlines() if mark in line]
    told = [
        line for line in kept.splitlines() if line.startswith(("audit_entries", "outbound_events", "import_faults"))
    ]
    for mark in ("audit_entries", "outbound_events"):
        assert any(line.startswith(mark) and "Luis" in line for line in told)
    assert sum("300 555 5555" in line for line in told) == 1


async def test_what_a_note_says_is_not_in_the_audit_log(it: Served) -> None:
    call_id = await ended_call(it)
    await it.post(f"/api/calls/{call_id}/note", json={"text": "quiere ayuda"})
    entries = [line for line in (await everything(it)).splitlines() if line.startswith("audit_entries")]
    assert any(call_id in line for line in entries)
    assert not any("quiere ayuda" in line for line in entries)
    await erased(it, number=NUMBER)
    entries = [line for line in (await everything(it)).splitlines() if line.startswith("audit_entries")]
    assert not any("author_name" in line for line in entries)


async def test_a_number_that_must_not_be_called_stays_so(it: Served) -> None:
    await it.post("/api/do-not-call", json={"numbers": [NUMBER]})
    await contact(it)
    receipt = await erased(it, number="300 123 4567")
    assert receipt["found"]["contacts"] == 1
    assert (await (await it.get(f"/api/do-not-call/check?number={NUMBER[1:]}")).get_json())["may_call"] is False
    assert (await (await it.get("/api/contacts")).get_json())["items"] == []


async def test_a_call_that_goes_on_is_waited_for(it: Served) -> None:
    contact_id = await contact(it)
    call_id = await it.call(telefono=NUMBER)
    answer = await it.post("/api/privacy/erase", json={"contact_id": contact_id, "reason": "x"})
    receipt = await answer.get_json()
    engine = it.gateway.durable
    async with asyncio.timeout(10):
        while True:
            status = await engine.status(f"erase-{receipt['id']}")
            if status is not None and status.state == "waiting" and status.due_at > it.gateway.clock.wall() + 30:
                break
            await asyncio.sleep(0.01)
    assert (await (await it.get(f"/api/privacy/requests/{receipt['id']}")).get_json())["state"] == "waiting"
    assert (await it.get(f"/api/contacts/{contact_id}")).status_code == 200
    assert (await it.gateway.desk.get(call_id)).to == NUMBER


@pytest.mark.parametrize("asked", [{}, {"contact_id": "a", "number": NUMBER}, {"number": "12"}])
async def test_who_is_meant_has_to_be_said_in_one_way(it: Served, asked: dict[str, str]) -> None:
    answer = await it.post("/api/privacy/erase", json={"reason": "x", **asked})
    assert answer.status_code == 422


async def test_nobody_is_erased_who_does_not_exist_or_belongs_to_others(it: Served) -> None:
    contact_id = await contact(it)
    assert (await it.post("/api/privacy/erase", json={"contact_id": "nobody", "reason": "x"})).status_code == 404
    privacy = it.gateway.contacts.privacy
    for asked in (
        privacy.erase(system("other", "x"), PrivacyEraseIn(contact_id=contact_id, reason="x")),
        privacy.export(system("other", "x"), contact_id),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "unknown_contact"


async def test_receipts_are_listed(it: Served) -> None:
    receipt = await erased(it, number=NUMBER)
    listed = (await (await it.get("/api/privacy/requests")).get_json())["items"]
    assert [each["id"] for each in listed] == [receipt["id"]]
    assert (await it.get("/api/privacy/requests/nothing")).status_code == 404


async def test_a_person_is_told_all_that_is_kept(it: Served) -> None:
    contact_id = await contact(it)
    await it.post("/api/do-not-call", json={"numbers": ["+573009999999"]})
    call_id = await ended_call(it)
    answer = await it.get(f"/api/privacy/export?contact_id={contact_id}")
    found = await answer.get_json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert found["contact"]["email"] == "ana@secreta.example"
    assert found["do_not_call"] == []
    assert [call["id"] for call in found["calls"]] == [call_id]
    assert found["calls"][0]["turns"][0]["text"] == "soy Ana Secreta"
    assert found["changes"][0]["action"] == "create"
    assert (await it.get("/api/privacy/export?contact_id=nobody")).status_code == 404


async def keep(it: Served, **days: int) -> None:
    def work(session: Any) -> None:
        session.get(Tenant, "default").retention = days

    await it.gateway.business.act(system("default", "test"), work)


@pytest.mark.parametrize("kept", [{"heard": "soy Ana Secreta"}, {"tools": [{"name": "note", "who": "Ana Secreta"}]}])
async def test_the_sweep_finds_what_was_heard_or_done_where_nothing_was_written(
    it: Served, kept: dict[str, Any]
) -> None:
    call_id = await ended_call(it)
    sweep = it.gateway.contacts.retention.sweep
    now = it.gateway.clock.wall()
    await keep(it, transcripts=60)
    assert (await sweep(now + 61 * DAY_S))["transcripts"] == 1
    said = {"text": "", "heard": "", **kept}
    turn = TurnRecord(call_id=call_id, index=0, speaker="caller", started_at=1.0, **said)
    await it.gateway.calls.save_turn(turn)
    assert [(await sweep(now + 61 * DAY_S))["transcripts"] for _ in range(2)] == [1, 0]
    assert "Secreta" not in str(await it.gateway.calls.turns(call_id))


async def test_the_sweep_erases_what_is_older_than_the_tenant_keeps_it(it: Served) -> None:
    call_id = await ended_call(it)
    sweep = it.gateway.contacts.retention.sweep
    now = it.gateway.clock.wall()
    assert not any((await sweep(now + 400 * DAY_S)).values())
    await keep(it, recordings=30, transcripts=60, calls=90, audit=365)
    assert not any((await sweep(now + 29 * DAY_S)).values())
    assert (await sweep(now + 31 * DAY_S))["recordings"] == 1
    assert await it.gateway.blobs.get(f"recordings/{call_id}.wav") is None
    assert (await sweep(now + 61 * DAY_S))["transcripts"] == 1
    assert "Secreta" not in str(await it.gateway.calls.turns(call_id))
    assert (await sweep(now + 91 * DAY_S))["calls"] == 1
    assert (await it.get(f"/api/calls/{call_id}")).status_code == 404
    assert (await sweep(now + 366 * DAY_S))["audit"] > 0
    assert (await (await it.get("/api/audit")).get_json())["items"] == []
