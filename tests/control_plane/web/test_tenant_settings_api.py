"""How a tenant keeps its house."""

from typing import Any

import pytest

from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.resources import tenant_settings
from tests.gateways import HERE, Served


async def changed(it: Served, expected: int = 200, /, **fields: Any) -> Any:
    answer = await it._ask("PATCH", "/api/settings", client=HERE, json=fields)
    assert answer.status_code == expected, await answer.get_data(as_text=True)
    return await answer.get_json()


async def test_what_is_not_set_is_the_installations(it: Served) -> None:
    answer = await it.get("/api/settings")
    found = await answer.get_json()
    assert (found["id"], found["zone"], found["effective_zone"]) == ("default", "", "America/Bogota")
    assert found["retention"] == {"recordings": 0, "transcripts": 0, "calls": 0, "audit": 0}
    assert answer.headers["ETag"] == '"1"'


async def test_what_is_sent_is_changed_and_the_rest_stays(it: Served) -> None:
    await changed(it, name="Clínica San Martín", zone="America/Mexico_City", currency="MXN", region="MX")
    found = await changed(it, language="en", retention={"recordings": 90})
    assert (found["name"], found["effective_zone"], found["language"]) == (
        "Clínica San Martín",
        "America/Mexico_City",
        "en",
    )
    found = await changed(it, retention={"calls": 365}, zone="")
    assert found["retention"] == {"recordings": 90, "transcripts": 0, "calls": 365, "audit": 0}
    assert found["effective_zone"] == "America/Bogota"
    assert found["version"] == 4


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"zone": "Mars/Olympus"},
        {"zone": None},
        {"currency": "pesos"},
        {"region": "mx"},
        {"retention": {"recordings": -1}},
        {"retention": {"dreams": 1}},
        {"status": "suspended"},
        {"language": "fr"},
    ],
)
async def test_what_makes_no_sense_is_refused(it: Served, fields: dict[str, Any]) -> None:
    assert (await changed(it, 422, **fields))["code"] == "invalid"


async def test_settings_that_were_changed_meanwhile_are_not_overwritten(it: Served) -> None:
    await changed(it, name="A")
    answer = await it._ask("PATCH", "/api/settings", client=HERE, json={"name": "B"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert (await (await it.get("/api/settings")).get_json())["name"] == "A"


async def test_a_tenant_that_is_gone_has_none(it: Served) -> None:
    with pytest.raises(Refused) as refused:
        await it.gateway.business.ask(
            system("nobody", "test"), lambda session: tenant_settings.shown(session, default_zone="UTC")
        )
    assert refused.value.code == "unknown_tenant"
