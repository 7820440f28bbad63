"""The application around a gateway: it starts with the server and stops after it."""

from pathlib import Path

import pytest

from control_plane.app import BLUEPRINTS, create_app
from control_plane.ports.stores import StoreUnavailable
from control_plane.resources.registered import RESOURCES
from tests.databases import empty_database
from tests.gateways import Served, assembled


@pytest.fixture
def it(tmp_path: Path) -> Served:
    return assembled(tmp_path, empty_database(tmp_path / "calls.db"))


async def test_the_gateway_lives_as_long_as_the_server(it: Served) -> None:
    assert not it.gateway.ready
    async with it.app.test_app():
        assert it.gateway.ready
    assert not it.gateway.ready
    assert it.gateway.supervisor.running == 0
    assert (it.control.closed, it.stt.closed, it.tts.closed, it.brain.closed) == (True, True, True, True)


async def test_a_gateway_that_cannot_start_serves_nothing(it: Served) -> None:
    async def fails() -> None:
        raise StoreUnavailable("database: no answer in time")

    it.gateway.migrate = fails
    with pytest.raises(StoreUnavailable):
        await it.app.startup()
    assert not it.gateway.ready
    await it.gateway.stop()


def test_every_blueprint_is_registered(it: Served) -> None:
    assert set(it.app.blueprints) == {module.blueprint.name for module in BLUEPRINTS} | {one.name for one in RESOURCES}


def test_no_documentation_page_of_the_library_is_served(it: Served) -> None:
    endpoints = {rule.rule: rule.endpoint for rule in it.app.url_map.iter_rules()}
    assert endpoints["/openapi.json"].startswith("docs.")
    assert endpoints["/docs"].startswith("docs.")
    assert not endpoints.keys() & {"/redocs", "/scalar"}


def test_two_applications_do_not_share_a_gateway(it: Served, tmp_path: Path) -> None:
    other = assembled(tmp_path / "other", empty_database(tmp_path / "other" / "calls.db"))
    assert create_app(other.gateway).extensions != it.app.extensions


async def test_answers_keep_the_order_in_which_they_are_written(it: Served) -> None:
    async with it.app.test_app():
        text = await (await it.get("/")).get_data(as_text=True)
    assert text.index("service") < text.index("version") < text.index("health")
