"""The simulated chat completions, through the adapter and over plain requests."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.adapters.brains.openai_http import OpenAiTimings
from control_plane.core.dialogue import Message, ToolUse
from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled, ToolSpec
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable
from simulator.faults import Fault
from simulator.world import World

END_CALL = ToolSpec(name="end_call", description="Hang up.", parameters={"type": "object", "properties": {}})
TRANSFER = ToolSpec(
    name="transfer_call",
    description="Transfer.",
    parameters={
        "type": "object",
        "properties": {"reason": {"type": "string"}, "department": {"type": "string", "enum": ["front", "vets"]}},
        "required": ["reason", "department"],
    },
)
USER = {"role": "user", "content": "Hola."}
CALL = {"id": "c1", "type": "function", "function": {"name": "book", "arguments": "{}"}}
ASKED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "ok"}


@pytest.fixture
async def brain(providers: str, world: World) -> AsyncIterator[OpenAiBrain]:
    key = world.settings.keys.openai_api_key
    timings = OpenAiTimings(first_token=0.5, between_tokens=0.3)
    brain = OpenAiBrain(api_key=key, base_url=f"http://{providers}/openai/v1", timings=timings)
    yield brain
    await brain.aclose()


def asked(text: str, *tools: ToolSpec, **more: Any) -> Question:
    return Question(system="Eres Ana.", messages=(Message(role="caller", text=text),), tools=tools, **more)


async def reply_of(brain: OpenAiBrain, question: Question) -> list[BrainEvent]:
    return [event async for event in brain.answer(question)]


def text_of(events: list[BrainEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end_of(events: list[BrainEvent]) -> ReplyEnded:
    assert isinstance(events[-1], ReplyEnded)
    return events[-1]


async def post(providers: str, world: World, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {world.settings.keys.openai_api_key}"}
    async with httpx.AsyncClient(headers=headers) as http:
        return await http.post(f"http://{providers}/openai/v1/chat/completions", json={"model": "m", **body})


async def test_a_reply_arrives_in_pieces_with_its_usage(brain: OpenAiBrain) -> None:
    events = await reply_of(brain, asked("Hola, quiero una cita para mi perro."))
    assert len(events) > 4
    assert text_of(events)
    end = end_of(events)
    assert (end.reason, end.output_tokens) == ("end", len(events) - 1)
    assert end.input_tokens > 0


async def test_arguments_fit_the_schema_of_the_tool(brain: OpenAiBrain) -> None:
    events = await reply_of(brain, asked("Quiero hablar con una persona.", TRANSFER))
    called = events[-2]
    assert isinstance(called, ToolCalled)
    assert (called.name, called.broken) == ("transfer_call", False)
    assert called.arguments["department"] == "front"
    assert end_of(events).reason == "tools"


async def test_after_a_result_the_persona_closes(brain: OpenAiBrain) -> None:
    used = ToolUse(id="c1", name="end_call", result="ok")
    messages = (
        Message(role="caller", text="Adiós, gracias."),
        Message(role="agent", text="Adiós.", tools=(used,)),
    )
    events = await reply_of(brain, Question(system="", messages=messages, tools=(END_CALL,)))
    assert end_of(events).reason == "end"


async def test_the_length_is_limited(brain: OpenAiBrain) -> None:
    events = await reply_of(brain, asked("Hola, quiero una cita.", max_tokens=2))
    assert (len(events), end_of(events).reason) == (3, "length")


async def test_the_ledger_of_stages_learns_of_questions_and_cancellations(
    brain: OpenAiBrain, world: World, slow: Callable[..., None], until: Callable[..., Any]
) -> None:
    slow(llm_token_ms=1000)
    reply = brain.answer(asked("Hola, quiero una cita."))
    await anext(reply)
    await reply.aclose()
    await until(lambda: bool(world.stages.cancellations))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("http_401", Misconfigured),
        ("http_403", Misconfigured),
        ("http_404", Misconfigured),
        ("http_429", RateLimited),
        ("http_500", Unavailable),
        ("http_503", Unavailable),
        ("slow", Timeout),
    ],
)
async def test_it_refuses_on_demand(brain: OpenAiBrain, world: World, kind: str, error: type[ProviderError]) -> None:
    world.faults.add(Fault(target="openai.request", kind=kind))
    with pytest.raises(error):
        await reply_of(brain, asked("Hola."))
    assert text_of(await reply_of(brain, asked("Hola.")))


async def test_an_empty_account_is_told_apart(brain: OpenAiBrain, world: World) -> None:
    world.faults.add(Fault(target="openai.request", kind="http_429", params={"code": "insufficient_quota"}))
    with pytest.raises(Misconfigured):
        await reply_of(brain, asked("Hola."))


@pytest.mark.parametrize(
    ("kind", "error"),
    [("error_event", Unavailable), ("cut", Unavailable), ("garbage", Unavailable), ("stall", Timeout)],
)
async def test_a_reply_breaks_on_demand_after_what_was_said(
    brain: OpenAiBrain, world: World, kind: str, error: type[ProviderError]
) -> None:
    world.faults.add(Fault(target="openai.stream", kind=kind, params={"after_tokens": 2}))
    said: list[BrainEvent] = []
    with pytest.raises(error):  # noqa: PT012 - what came before the fault is looked at
        async for event in brain.answer(asked("Hola, quiero una cita.")):
            said.append(event)
    assert len(said) == 2


async def test_a_refusal_and_a_limit_end_the_reply_on_demand(brain: OpenAiBrain, world: World) -> None:
    world.faults.add(Fault(target="openai.stream", kind="refusal"))
    assert end_of(await reply_of(brain, asked("Hola."))).reason == "refused"
    world.faults.add(Fault(target="openai.stream", kind="max_tokens"))
    events = await reply_of(brain, asked("Quiero hablar con una persona.", TRANSFER))
    called = events[-2]
    assert isinstance(called, ToolCalled)
    assert called.broken
    assert end_of(events).reason == "length"


async def test_a_whole_answer_without_streaming(providers: str, world: World) -> None:
    answer = (await post(providers, world, messages=[USER])).json()
    assert answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens"] > 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": ["Hola."]},
        {"messages": [{"role": "caller", "content": "x"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [USER, RESULT]},
        {"messages": [USER, ASKED]},
        {"messages": [USER, ASKED, USER, RESULT]},
        {"messages": [USER, ASKED, RESULT, RESULT]},
        {"messages": [USER], "tools": [{"name": "x"}]},
    ],
)
async def test_histories_that_break_the_rules_are_refused(providers: str, world: World, body: dict[str, Any]) -> None:
    response = await post(providers, world, **body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"


async def test_keys_and_models_can_be_asked_about(providers: str, world: World) -> None:
    good = {"Authorization": f"Bearer {world.settings.keys.openai_api_key}"}
    async with httpx.AsyncClient(base_url=f"http://{providers}/openai/v1") as http:
        asked = [
            (await http.get("/models/gpt", headers=good)).status_code,
            (await http.get("/models/missing", headers=good)).status_code,
            (await http.get("/models/gpt", headers={"Authorization": "Bearer x"})).status_code,
        ]
    assert asked == [200, 404, 401]
