"""What the providers are and how they do, as this process has seen it."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

from control_plane.ports.brain import Question
from control_plane.ports.errors import Misconfigured
from control_plane.testing.brains import FakeBrain, says
from tests.gateways import Served, served


async def asked(it: Served) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The answer, and its providers by kind."""
    body = await (await it.get("/api/providers")).get_json()
    return body, {item["kind"]: item for item in body["items"]}


async def test_every_kind_is_told_with_what_is_set_up(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, claude_api_key="key", telnyx_api_key="key") as it:
        body, found = await asked(it)
        assert list(found) == ["carrier", "stt", "brain", "tts"]
        assert body["node"] == it.gateway.nodes.name
        assert (found["carrier"]["name"], found["carrier"]["configured"]) == ("telnyx", True)
        assert (found["brain"]["name"], found["brain"]["configured"]) == ("anthropic", True)
        assert found["brain"]["model"]
        assert found["tts"]["voice"]
        breakers = {kind: item["breaker"] for kind, item in found.items()}
        assert breakers == {"carrier": None, "stt": "closed", "brain": "closed", "tts": "closed"}


async def test_all_providers_of_a_kind_are_told_in_order(tmp_path: Path, database_url: str) -> None:
    wrong, well = FakeBrain([Misconfigured("one", "wrong key")]), FakeBrain(says("Hola."))
    async with served(tmp_path, database_url, parts={"brain": {"one": wrong, "two": well}}) as it:
        async with aclosing(it.gateway.bots.chat._brain.answer(Question(system="", messages=()))) as events:
            async for _ in events:
                pass
        body, _ = await asked(it)
        brains = [(item["name"], item["breaker"]) for item in body["items"] if item["kind"] == "brain"]
        assert brains == [("one", "open"), ("two", "closed")]


async def test_what_is_not_set_up_has_no_name(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, parts={"stt": None, "tts": None}) as it:
        _, found = await asked(it)
        for kind in ("stt", "tts"):
            assert (found[kind]["name"], found[kind]["configured"], found[kind]["model"]) == ("", False, "")
        assert found["brain"]["configured"] is False
        assert found["carrier"]["configured"] is False


async def test_errors_are_told_as_long_as_they_are_recent(it: Served) -> None:
    metric = it.gateway.metrics.provider_errors_total
    board = it.gateway.views.providers
    metric.labels(provider="deepgram", kind="Timeout").inc(2)
    _, found = await asked(it)
    assert (found["stt"]["errors"], found["stt"]["errors_total"]) == ({"Timeout": 2}, 2)
    assert found["tts"]["errors"] == {}
    for _ in range(board._seen.maxlen or 0):
        board.look()
    metric.labels(provider="deepgram", kind="Unavailable").inc()
    body, found = await asked(it)
    assert (found["stt"]["errors"], found["stt"]["errors_total"]) == ({"Unavailable": 1}, 3)
    assert 0 <= body["errors_window_s"] <= 300


async def test_latency_comes_from_the_stages_of_turns(it: Served) -> None:
    for seconds in (0.2, 0.4, 0.4):
        it.gateway.metrics.turn_stage_seconds.labels(stage="voice").observe(seconds)
    _, found = await asked(it)
    (voice,) = found["tts"]["latency"]
    assert (voice["stage"], voice["count"]) == ("voice", 3)
    assert 200 <= voice["p50_ms"] <= voice["p95_ms"] <= 400
    assert found["stt"]["latency"] == [{"stage": "stt", "count": 0, "p50_ms": None, "p95_ms": None}]
    assert found["carrier"]["latency"] == []
