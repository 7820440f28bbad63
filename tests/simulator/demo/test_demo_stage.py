"""The installation that the demo starts: in front of it Nginx, or a sentence that says why not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.demo import stage as stage_module
from simulator.demo.options import parse
from simulator.demo.stage import stage
from stack.crew import Crew
from stack.failures import StackFailed

NOW = datetime(2030, 5, 17, 9, 4, 3, tzinfo=UTC)


async def test_without_nginx_the_carrier_speaks_to_the_control_plane_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise StackFailed("Nginx is not installed. On Debian and Ubuntu: sudo apt-get install nginx-light")

    monkeypatch.setattr(stage_module.edge, "program", missing)
    crew = Crew(lambda _: None)
    async with stage(parse(["--keep", str(tmp_path)], NOW), crew) as ready:
        assert ready.direct.startswith("Nginx is not installed. On Debian")
        assert "no dashboard" in ready.direct
        assert [program.unit.name for program in ready.programs] == ["simulator", "control plane", "sidecar"]
        assert ready.control.unit.environment["WEBHOOK_BASE_URL"] == ready.gateway.url
    assert crew.programs == ()


async def test_the_demo_can_be_asked_to_go_without_nginx(tmp_path: Path) -> None:
    async with stage(parse(["--direct", "--keep", str(tmp_path)], NOW), Crew(lambda _: None)) as ready:
        assert ready.direct
        assert await ready.gateway.ready()
        settings = ready.control.unit.environment
        assert settings["WS_STREAM_URL"] == f"ws://127.0.0.1:{settings['STREAM_PORT']}/stream/media"
        assert settings["STREAM_PORT"] not in {"0", settings["API_PORT"]}
