"""Files of contacts over HTTP: handed in, previewed, worked through, their faults told."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from quart.datastructures import FileStorage

from tests.gateways import HERE, Served

CSV = {"Content-Type": "text/csv"}

FILE = """Nombre;Teléfono;Correo;Etiquetas;Mascota
Ana Pérez;300 123 4567;ana@example.com;vip, perros;Luna
Bruno;;bruno@example.com;;
Carla;3001234568;nobody;;Sol
Dora;+34 600 11 22 33;;gatos;Nube

Ana P.;+573001234567;;nuevo;Luna
"""


async def hand_in(it: Served, body: bytes, query: str = "") -> dict[str, Any]:
    answer = await it.post(f"/api/imports{query}", data=body, headers=CSV)
    assert answer.status_code == 202, await answer.get_data(as_text=True)
    job = await answer.get_json()
    assert answer.headers["Location"] == f"/api/imports/{job['id']}"
    return await ended(it, job["id"])


async def ended(it: Served, import_id: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            job = await (await it.get(f"/api/imports/{import_id}")).get_json()
            if job["ended_at"] is not None:
                return dict(job)
            await asyncio.sleep(0.01)


async def contacts(it: Served, query: str = "") -> list[dict[str, Any]]:
    return list((await (await it.get(f"/api/contacts?sort=name&{query}")).get_json())["items"])


def counts(job: dict[str, Any]) -> dict[str, int]:
    return {name: job[name] for name in ("total", "done", "created", "updated", "skipped", "failed")}


async def test_a_file_becomes_contacts_and_its_faults_are_told(it: Served, tmp_path: Path) -> None:
    job = await hand_in(it, FILE.encode("cp1252"), "?file_name=enero.csv&consent=express&consent_source=feria")
    assert (job["state"], job["progress"], job["file_name"]) == ("done", 1.0, "enero.csv")
    assert counts(job) == {"total": 6, "done": 6, "created": 2, "updated": 1, "skipped": 0, "failed": 2}
    ana, dora = await contacts(it)
    assert (ana["name"], ana["email"], ana["tags"]) == ("Ana P.", "ana@example.com", ["vip", "perros", "nuevo"])
    assert (ana["attributes"], ana["zone"], ana["zone_source"]) == ({"Mascota": "Luna"}, "America/Bogota", "number")
    assert (ana["consent"]["basis"], ana["consent"]["source"]) == ("express", "feria")
    assert (dora["numbers"][0]["e164"], dora["zone"]) == ("+34600112233", "Europe/Madrid")
    answer = await it.get(f"/api/imports/{job['id']}/errors.csv")
    rows = list(csv.reader(io.StringIO(await answer.get_data(as_text=True))))
    assert [row[:3] for row in rows] == [
        ["row", "column", "reason"],
        ["3", "", "no telephone number"],
        ["4", "Correo", "not an e-mail address"],
    ]
    assert rows[1][3:5] == ["Bruno", ""]
    assert not list((tmp_path / "var" / "blobs" / "imports").rglob("*.*"))
    assert not [path for path in (tmp_path / "var" / "blobs" / "imports").rglob("*") if path.is_file()]


async def test_the_same_file_again_changes_nothing(it: Served) -> None:
    await hand_in(it, FILE.encode())
    before = await contacts(it)
    job = await hand_in(it, FILE.encode())
    assert (job["created"], job["failed"]) == (0, 2)
    assert [contact["id"] for contact in await contacts(it)] == [contact["id"] for contact in before]
    skipped = await hand_in(it, FILE.encode(), "?on_duplicate=skip")
    assert counts(skipped) == {"total": 6, "done": 6, "created": 0, "updated": 0, "skipped": 3, "failed": 2}


async def test_a_file_for_a_list_fills_it_with_variables(it: Served) -> None:
    made = await (await it.post("/api/lists", json={"name": "Enero"})).get_json()
    await hand_in(it, FILE.encode(), f"?list_id={made['id']}")
    await hand_in(it, FILE.encode(), f"?list_id={made['id']}")
    members = (await (await it.get(f"/api/lists/{made['id']}/members")).get_json())["items"]
    assert {each["contact"]["name"]: each["variables"] for each in members} == {
        "Ana P.": {"Mascota": "Luna"},
        "Dora": {"Mascota": "Nube"},
    }
    refused = await it.post("/api/imports?list_id=nothing", data=FILE.encode(), headers=CSV)
    assert (refused.status_code, (await refused.get_json())["code"]) == (404, "unknown_list")


async def test_columns_are_read_as_somebody_says(it: Served) -> None:
    body = b"who,where to,what\nAna,3001234567,x\n"
    mapping = quote(json.dumps({"who": "name", "where to": "number", "what": "ignore"}))
    job = await hand_in(it, body, f"?default_region=CO&mapping={mapping}")
    assert (job["state"], job["created"]) == ("done", 1)
    (ana,) = await contacts(it)
    assert (ana["name"], ana["attributes"]) == ("Ana", {})
    lost = await hand_in(it, body)
    assert (lost["state"], lost["error"]) == ("failed", "no_number_column")
    wrong = await hand_in(it, body, f"?mapping={quote(json.dumps({'nothing': 'number'}))}")
    assert (wrong["state"], wrong["error"]) == ("failed", "invalid")


async def test_a_form_is_taken_as_well(it: Served) -> None:
    file = FileStorage(io.BytesIO(FILE.encode()), filename="enero.csv", name="file")
    answer = await it.post("/api/imports", files={"file": file})
    assert answer.status_code == 202, await answer.get_data(as_text=True)
    assert (await ended(it, (await answer.get_json())["id"]))["created"] == 2
    without = await it.post("/api/imports", form={"other": "x"}, files={})
    assert without.status_code in (400, 422)


async def test_a_preview_tells_columns_rows_and_faults_and_takes_nothing(it: Served) -> None:
    answer = await it.post("/api/imports/preview", data=FILE.encode("utf-16"), headers=CSV)
    found = await answer.get_json()
    assert (found["encoding"], found["separator"]) == ("utf-16", ";")
    assert [(each["header"], each["field"]) for each in found["columns"]] == [
        ("Nombre", "name"),
        ("Teléfono", "number"),
        ("Correo", "email"),
        ("Etiquetas", "tags"),
        ("Mascota", "attribute"),
    ]
    assert [(row["row"], row["numbers"], row["fault"]) for row in found["rows"]][:2] == [
        (2, ["+573001234567"], ""),
        (3, [], "no telephone number"),
    ]
    assert await contacts(it) == []


async def test_what_is_no_file_or_no_mapping_is_refused(it: Served) -> None:
    empty = await it.post("/api/imports", data=b"", headers=CSV)
    bad = await it.post("/api/imports?mapping=nothing", data=b"x", headers=CSV)
    large = await it.post("/api/imports", data=b"x", headers={**CSV, "Content-Length": str(100 * 1024 * 1024)})
    assert (empty.status_code, bad.status_code, large.status_code) == (422, 422, 413)
    assert (await it.get("/api/imports/nothing")).status_code == 404
    assert (await it.get("/api/imports/nothing/errors.csv")).status_code == 404
    assert (await it._ask("POST", "/api/imports/nothing/cancel", client=HERE)).status_code == 404


async def test_an_import_that_has_ended_cannot_be_cancelled(it: Served) -> None:
    job = await hand_in(it, FILE.encode())
    answer = await it.post(f"/api/imports/{job['id']}/cancel")
    assert (answer.status_code, (await answer.get_json())["code"]) == (409, "import_ended")


async def test_a_file_larger_than_other_bodies_is_taken(it: Served) -> None:
    rows = "".join(f"Persona {n},+57300{n:07},{'x' * 190}\n" for n in range(6000))
    answer = await it.post("/api/imports", data=("name,phone,note\n" + rows).encode(), headers=CSV)
    assert answer.status_code == 202
    job = await (await it.post(f"/api/imports/{(await answer.get_json())['id']}/cancel")).get_json()
    assert (job["state"], job["size_bytes"] > 1024 * 1024) == ("cancelled", True)
    listed = (await (await it.get("/api/imports?state=cancelled")).get_json())["items"]
    assert [each["id"] for each in listed] == [job["id"]]
