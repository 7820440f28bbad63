"""Who changed what, found again."""

import csv
import io
from typing import Any

import pytest

from control_plane.core.people.permissions import PERMISSIONS, Role
from control_plane.core.people.principal import system
from control_plane.resources import audit
from control_plane.resources.audit_log import AuditQuery, page
from control_plane.web import audit as audit_web
from tests.gateways import HERE, Served


async def listed(it: Served, query: str = "") -> list[dict[str, Any]]:
    answer = await it.get(f"/api/audit{query}")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return list((await answer.get_json())["items"])


async def renamed(it: Served, *names: str) -> None:
    for name in names:
        await it._ask("PATCH", "/api/settings", client=HERE, json={"name": name})


async def noted(it: Served, tenant_id: str, action: str) -> None:
    await it.gateway.business.act(
        system(tenant_id, "=cmd()"), lambda session: audit.note(session, action, resource="tenants", row_id="x")
    )


async def test_entries_say_who_changed_what_from_what_to_what(it: Served) -> None:
    await renamed(it, "A", "B")
    newest, oldest = await listed(it, "?resource=tenants")
    assert (newest["before"], newest["after"]) == ({"name": "A"}, {"name": "B"})
    assert (oldest["actor_kind"], oldest["actor_name"], oldest["address"]) == ("operator", "operator", "127.0.0.1")
    assert (oldest["action"], oldest["resource"], oldest["row_id"]) == ("update", "tenants", "default")


async def test_the_list_goes_on_where_it_ended(it: Served) -> None:
    await renamed(it, *"ABCDE")
    seen, cursor = [], ""
    for _ in range(3):
        answer = await (await it.get(f"/api/audit?resource=tenants&limit=2&cursor={cursor}")).get_json()
        seen += [each["after"]["name"] for each in answer["items"]]
        cursor = answer["next_cursor"]
    assert seen == list("EDCBA")
    assert cursor == ""
    assert (await it.get("/api/audit?cursor=abc")).status_code == 422


async def test_entries_are_found_by_who_what_where_and_when(it: Served) -> None:
    await renamed(it, "A")
    await noted(it, "default", "import")
    (imported,) = await listed(it, "?action=import")
    assert [each["action"] for each in await listed(it, "?resource=tenants&row_id=default")] == ["update"]
    assert await listed(it, "?actor_id=nobody") == []
    assert await listed(it, f"?to={imported['at'] - 60}") == []
    assert len(await listed(it, f"?resource=tenants&from={imported['at'] - 60}&to={imported['at'] + 60}")) == 2
    assert (await it.get("/api/audit?from=yesterday")).status_code == 422
    assert (await it.get("/api/audit?who=me")).status_code == 422


async def test_the_log_leaves_as_a_table_that_runs_nothing(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_web, "EXPORT_PAGE", 2)
    await renamed(it, *"ABC")
    await noted(it, "default", "import")
    answer = await it.get("/api/audit.csv?resource=tenants")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(await answer.get_data(as_text=True))))
    assert [row["action"] for row in rows] == ["import", "update", "update", "update"]
    assert rows[0]["actor_name"] == "'=cmd()"
    assert rows[1]["after"] == '{"name": "C"}'


async def test_another_tenant_has_a_log_of_its_own(it: Served) -> None:
    await renamed(it, "A")
    await noted(it, "other", "import")
    assert [each["action"] for each in await listed(it, "?resource=tenants")] == ["update"]
    theirs, _ = await it.gateway.business.ask(system("other", "test"), lambda session: page(session, AuditQuery()))
    assert [each.action for each in theirs] == ["import"]


def test_only_owners_and_admins_look_into_it() -> None:
    assert {role for role in Role if "audit:read" in PERMISSIONS[role]} == {Role.OWNER, Role.ADMIN}
