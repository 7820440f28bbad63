"""A real Prometheus with the configuration that is shipped asks a gateway in which a call took place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from control_plane.observability.tracing import trace_id
from tests.databases import empty_database
from tests.gateways import TOKEN, Served, assembled
from tests.observability.calls import quick_voice, whole_call
from tests.observability.collector import collector
from tests.observability.queries import every_query
from tests.observability.server import prometheus_server
from tests.observability.test_queries import promtool
from tests.servers import real_server

OPENMETRICS = {"accept": "application/openmetrics-text; version=1.0.0"}


class Prometheus:
    """A server that runs; `ask` is its API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, path: str, **query: str) -> Any:
        answer = await self._client.get(f"/api/v1/{path}", params=query)
        body = answer.json()
        assert body["status"] == "success", body
        return body["data"]

    async def value(self, expression: str) -> float | None:
        result = (await self.ask("query", query=expression))["result"]
        return float(result[0]["value"][1]) if result else None

    async def until(self, expression: str, holds: Callable[[float], bool]) -> None:
        seen: float | None = None
        for _ in range(300):
            try:
                seen = await self.value(expression)
            except httpx.TransportError:
                seen = None
            if seen is not None and holds(seen):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{expression} is {seen}")


@asynccontextmanager
async def watched(folder: Path, **settings: Any) -> AsyncIterator[tuple[Served, Prometheus]]:
    """A gateway on a real port, and a Prometheus that looks at it."""
    url = empty_database(folder / "calls.db")
    it = assembled(folder, url, parts={"tts": quick_voice()}, **settings)
    async with real_server(it.app) as address:
        with prometheus_server(folder, address, token=TOKEN) as prometheus:
            async with httpx.AsyncClient(base_url=prometheus, timeout=5) as client:
                yield it, Prometheus(client)


@pytest.mark.stack
async def test_after_a_call_its_figures_and_its_trace_can_be_asked_for(tmp_path: Path) -> None:
    with collector() as traces:
        async with watched(tmp_path, otlp_endpoint=traces.url) as (it, prometheus):
            await prometheus.until('up{job="centralita"}', lambda up: up == 1)
            call_id = await whole_call(it)
            await prometheus.until("gateway_turns_total", lambda turns: turns == 2)
            await prometheus.until('gateway_calls_ended_total{cause="normal"}', lambda calls: calls == 1)
            await prometheus.until("gateway_turn_total_seconds_count", lambda turns: turns >= 2)
            assert await prometheus.value('gateway_provider_seconds_count{operation="first_token"}') == 2
            found = await prometheus.ask(
                "query_exemplars", query="gateway_turn_total_seconds_bucket", start="0", end="9999999999"
            )
            traces_seen = {one["labels"]["trace_id"] for series in found for one in series["exemplars"]}
            assert traces_seen == {trace_id(call_id)}
            for where, expression in every_query():
                assert await prometheus.ask("query", query=expression) is not None, where
            groups = (await prometheus.ask("rules"))["groups"]
            faults = [rule["name"] for group in groups for rule in group["rules"] if rule["health"] == "err"]
            assert faults == []
            [target] = [
                t for t in (await prometheus.ask("targets"))["activeTargets"] if "centralita" in t["scrapePool"]
            ]
            assert (target["health"], target["lastError"]) == ("up", "")


async def test_what_is_exported_after_a_call_is_as_prometheus_wants_it(tmp_path: Path) -> None:
    it = assembled(tmp_path, empty_database(tmp_path / "calls.db"), parts={"tts": quick_voice()})
    async with it.app.test_app():
        await whole_call(it)
        text = await (await it.get("/metrics")).get_data(as_text=False)
        answer = await it.get("/metrics", headers=OPENMETRICS)
        openmetrics = await answer.get_data(as_text=True)
    assert promtool("check", "metrics", stdin=text) == ""
    assert str(answer.content_type).startswith("application/openmetrics-text; version=1.0.0")
    assert openmetrics.endswith("# EOF\n")
    assert "_created" not in openmetrics
