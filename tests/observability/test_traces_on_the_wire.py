"""Traces as a collector gets them: a whole conversation over OTLP, a collector that is away, and none at all."""

import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

from control_plane.core.turn.timing import TurnTiming
from control_plane.observability import otlp
from control_plane.observability.metrics import Metrics
from control_plane.observability.otlp import OtlpSink, header_values
from control_plane.observability.tracing import Span, trace_id
from control_plane.services.conversation.reply import Draft
from control_plane.services.conversation.turn_spans import SpokenTurn, turn_span
from tests.databases import empty_database
from tests.gateways import ORDER, served
from tests.observability.calls import SAID, quick_voice, whole_call
from tests.observability.collector import Collector, collector
from tests.virtual_time import eventually

OWN = "centralita."
STANDARD = {"session.id", "error.type"}
CALL = "0e9c2f9b-5a43-4a0e-9d0e-2f7c7f3b6a10"


async def traced_call(folder: Path, to: Collector) -> str:
    url = empty_database(folder / "calls.db")
    settings = {"otlp_endpoint": to.url, "otlp_headers": "authorization=Bearer%20abc", "node_id": "east"}
    async with served(folder, url, parts={"tts": quick_voice()}, **settings) as it:
        call_id = await whole_call(it)
    await eventually(lambda: to.named("call"))
    return call_id


async def test_a_call_is_one_trace_of_turns_with_ear_model_and_voice(tmp_path: Path) -> None:
    with collector() as there:
        call_id = await traced_call(tmp_path, there)
    assert {span.trace_id for span in there.spans} == {call_id.replace("-", "")}
    [call] = there.named("call")
    assert call.parent_id == ""
    turns = sorted(there.named("turn"), key=lambda span: span.start)
    assert len(turns) == 3
    assert {turn.parent_id for turn in turns} == {call.span_id}
    parts = {turn.span_id: {span.name for span in there.spans if span.parent_id == turn.span_id} for turn in turns}
    greeting, answer, goodbye = (parts[turn.span_id] for turn in turns)
    assert greeting >= {"heard"}
    assert answer == {"stt", "llm", "tts", "heard"}
    assert goodbye == {"stt", "llm", "tool", "tts", "heard"}


async def test_spans_lie_within_those_they_belong_to_and_say_who_answered(tmp_path: Path) -> None:
    with collector() as there:
        await traced_call(tmp_path, there)
    by_id = {span.span_id: span for span in there.spans}
    slack = 0.005
    for span in there.spans:
        assert span.start <= span.end
        parent = by_id.get(span.parent_id)
        if parent is not None and span.name != "turn":  # the last turn may end with the hang-up
            assert parent.start - slack <= span.start <= span.end <= parent.end + slack, span.name
    answer = next(span for span in there.named("llm") if span.attributes.get("gen_ai.usage.output_tokens") == 12)
    assert answer.attributes["gen_ai.provider.name"] == "anthropic"
    assert answer.attributes["gen_ai.operation.name"] == "chat"
    assert answer.attributes["gen_ai.usage.input_tokens"] == 1200
    assert answer.attributes["gen_ai.usage.cache_read.input_tokens"] == 1000
    assert answer.events == ("first_token",)
    assert there.resources[0]["service.name"] == "centralita"
    assert there.resources[0]["service.instance.id"] == "east"
    assert there.headers[0]["authorization"] == "Bearer abc"


async def test_no_words_names_or_numbers_leave_with_a_trace(tmp_path: Path) -> None:
    with collector() as there:
        await traced_call(tmp_path, there)
    everything = repr(there.spans)
    for personal in (SAID, "Abrimos", "Hasta luego", ORDER["nombre"] + " ", ORDER["telefono"], ORDER["telefono"][1:]):
        assert personal not in everything


async def test_attributes_are_those_of_the_conventions_or_our_own(tmp_path: Path) -> None:
    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    with collector() as there:
        await traced_call(tmp_path, there)
    used = {name for span in there.spans for name in span.attributes}
    assert {name for name in used if not name.startswith(OWN)} <= known | STANDARD


async def test_figures_lead_to_the_trace_by_their_exemplars(tmp_path: Path) -> None:
    url = empty_database(tmp_path / "calls.db")
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    with collector() as there:
        async with served(tmp_path, url, parts={"tts": quick_voice()}, otlp_endpoint=there.url) as it:
            call_id = await whole_call(it)
            text = await (await it.get("/metrics", headers=accept)).get_data(as_text=True)
    exemplar = f'# {{trace_id="{trace_id(call_id)}"}}'
    with_exemplar = {line.partition("{")[0] for line in text.splitlines() if exemplar in line}
    assert with_exemplar == {
        "gateway_turn_total_seconds_bucket",
        "gateway_turn_stage_seconds_bucket",
        "gateway_provider_seconds_bucket",
    }


async def test_a_collector_that_is_away_does_no_harm_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otlp, "EXPORT_S", 0.2)
    url = empty_database(tmp_path / "calls.db")
    with collector() as there:
        there.status = 503
        async with served(tmp_path, url, parts={"tts": quick_voice()}, otlp_endpoint=there.url) as it:
            await whole_call(it)
            metrics = it.gateway.metrics
        failed = {"outcome": "failed"}
        await eventually(lambda: metrics.registry.get_sample_value("gateway_trace_spans_total", failed))
    assert there.spans == []


async def test_beyond_what_is_kept_spans_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp, "QUEUE_LIMIT", 4)
    monkeypatch.setattr(otlp, "BATCH", 4)
    monkeypatch.setattr(otlp, "EXPORT_S", 0.2)
    metrics = Metrics()
    sink = OtlpSink("http://127.0.0.1:9", headers={}, resource={}, metrics=metrics)
    span = Span(name="turn", start=1.0, end=2.0)
    for _ in range(200):
        sink.part(trace_id(CALL), span)
    await sink.aclose()
    assert (metrics.registry.get_sample_value("gateway_trace_spans_total", {"outcome": "dropped"}) or 0) > 100


async def test_a_process_that_takes_over_goes_on_with_the_same_trace() -> None:
    with collector() as there:
        for span_of in (lambda sink: sink.part, lambda sink: sink.call):
            sink = OtlpSink(there.url, headers={}, resource={}, metrics=Metrics())
            span_of(sink)(trace_id(CALL), Span(name="x", start=1.0, end=2.0))
            await sink.aclose()
    part, call = there.spans
    assert (part.trace_id, part.parent_id) == (call.trace_id, call.span_id)
    assert call.parent_id == ""


async def test_a_fault_is_marked_with_its_kind() -> None:
    with collector() as there:
        sink = OtlpSink(there.url, headers={}, resource={}, metrics=Metrics())
        sink.part(trace_id(CALL), Span(name="llm", start=1.0, end=2.0, fault="Unavailable", asks=True))
        await sink.aclose()
    [span] = there.spans
    assert (span.failed, span.attributes) == (True, {"error.type": "Unavailable"})


def test_a_turn_without_a_single_mark_is_still_a_span() -> None:
    turn = SpokenTurn(timing=TurnTiming(), draft=Draft(text="Hola."), heard="", began_at=5.0, index=3)
    span = turn_span(turn, CALL, steady=1.0, wall=9.0, about=lambda name: {})
    assert (span.start, span.end, span.children) == (5.0, 9.0, ())
    assert span.attributes["centralita.turn.interrupted"] is True


def test_headers_are_written_like_those_of_every_exporter() -> None:
    assert header_values("Authorization=Basic%20YTpi,x-scope=a=b, nonsense") == {
        "authorization": "Basic YTpi",
        "x-scope": "a=b",
    }
    assert header_values("") == {}


def test_without_an_endpoint_nothing_of_the_sdk_is_imported() -> None:
    code = (
        "import sys\n"
        "from control_plane.settings import Settings\n"
        "from control_plane.wiring import build_gateway\n"
        "build_gateway(Settings()).tracing.start()\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
