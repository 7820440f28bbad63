"""The adapter of OpenAI-compatible servers over a real connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.adapters.brains.openai_http import OpenAiTimings
from control_plane.core.dialogue import Message
from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable
from tests.wire.openai import CUT, OpenAiWire, chunk, ended, failed, openai_wire, started, text, tool
from tests.wire.server import until

KEY = "oa-secret-key"
QUESTION = Question(system="Eres Ana.", messages=(Message(role="caller", text="Hola, soy Juana."),), tag="c-1")


@pytest.fixture
async def wire() -> AsyncIterator[OpenAiWire]:
    async with openai_wire() as wire:
        yield wire


@pytest.fixture
async def brain(wire: OpenAiWire) -> AsyncIterator[OpenAiBrain]:
    brain = OpenAiBrain(api_key=KEY, base_url=wire.url)
    yield brain
    await brain.aclose()


async def reply_of(brain: OpenAiBrain) -> list[BrainEvent]:
    return [event async for event in brain.answer(QUESTION)]


async def test_a_question_becomes_one_streamed_request(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(started(), *text("Hola", ", Juana."), *ended(cached=12))
    assert await reply_of(brain) == [
        TextDelta("Hola"),
        TextDelta(", Juana."),
        ReplyEnded(reason="end", input_tokens=20, cached_tokens=12, output_tokens=31),
    ]
    assert wire.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert wire.requests == [
        {
            "model": "gpt-4.1-mini",
            "max_tokens": 400,
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [
                {"role": "system", "content": "Eres Ana."},
                {"role": "user", "content": "Hola, soy Juana."},
            ],
            "user": "c-1",
        }
    ]


async def test_without_a_key_none_is_sent(wire: OpenAiWire) -> None:
    brain = OpenAiBrain(api_key="", base_url=wire.url, model="llama", extra={"seed": 1})
    wire.reply(*text("Hola."), *ended())
    await reply_of(brain)
    assert "Authorization" not in wire.headers[0]
    assert (wire.requests[0]["model"], wire.requests[0]["seed"]) == ("llama", 1)
    await brain.aclose()


async def test_tool_calls_come_parsed(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(started(), *text("Un momento."), *tool("t1", "book", '{"day":', '"lunes"}'), *ended("tool_calls"))
    assert (await reply_of(brain))[1:] == [
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ReplyEnded(reason="tools", input_tokens=20, output_tokens=31),
    ]


async def test_lines_that_are_no_data_are_passed_over(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(": PROCESSING\n\n", "event: message\nid: 7\n", *text("Hola."), ": PROCESSING\n\n", *ended())
    assert (await reply_of(brain))[0] == TextDelta("Hola.")


async def test_text_is_passed_on_before_the_reply_is_complete(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    more = asyncio.Event()
    wire.reply(started(), *text("Uno. "), more, *text("Dos."), *ended())
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    more.set()
    assert await anext(reply) == TextDelta("Dos.")
    await reply.aclose()


async def test_closing_the_reply_closes_the_connection(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(started(), *text("Uno. "), asyncio.Event())
    reply = brain.answer(QUESTION)
    await anext(reply)
    await reply.aclose()
    await until(lambda: wire.left == 1)


async def test_cancelling_the_task_closes_the_connection(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(asyncio.Event())
    task = asyncio.ensure_future(reply_of(brain))
    await until(lambda: wire.requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: wire.left == 1)


async def test_a_connection_is_used_for_the_next_turn_too(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    for _ in range(2):
        wire.reply(*text("Hola."), *ended())
        await reply_of(brain)
    assert wire.peers[0] == wire.peers[1]


async def test_a_warm_brain_has_its_connection_already(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    await brain.warm()
    wire.reply(*text("Hola."), *ended())
    await reply_of(brain)
    assert wire.greetings == 1
    assert wire.peers[0] == wire.peers[1]


async def test_warming_towards_nobody_is_not_an_error() -> None:
    brain = OpenAiBrain(api_key=KEY, base_url="http://127.0.0.1:1/v1")
    await brain.warm()
    with pytest.raises(Unavailable):
        await reply_of(brain)
    await brain.aclose()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (504, Timeout),
    ],
)
async def test_a_refusal_is_translated_and_not_retried(
    wire: OpenAiWire, brain: OpenAiBrain, status: int, expected: type[ProviderError]
) -> None:
    wire.refuse(status, {"error": {"message": "secret words"}}, retry_after="3")
    with pytest.raises(expected) as caught:
        await reply_of(brain)
    assert KEY not in repr(caught.value)
    assert "secret" not in str(caught.value)
    assert len(wire.requests) == 1


async def test_an_error_in_mid_stream_is_told_after_what_was_said(wire: OpenAiWire, brain: OpenAiBrain) -> None:
    wire.reply(*text("Un mo"), failed("rate_limit_exceeded"))
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Un mo")
    with pytest.raises(RateLimited):
        await anext(reply)


@pytest.mark.parametrize("rest", ["", CUT, "data: {\n\n", "data: []\n\n", "data: [DONE]\n\n"])
async def test_a_reply_that_breaks_off_is_unavailable(wire: OpenAiWire, brain: OpenAiBrain, rest: str) -> None:
    wire.reply(*text("Un mo"), rest)
    with pytest.raises(Unavailable):
        await reply_of(brain)


@pytest.mark.parametrize("rest", ["", CUT])
async def test_a_finished_reply_is_whole_although_its_usage_does_not_come(
    wire: OpenAiWire, brain: OpenAiBrain, rest: str
) -> None:
    wire.reply(*text("Hola."), chunk({}, finish="stop"), rest)
    assert await reply_of(brain) == [TextDelta("Hola."), ReplyEnded(reason="end")]


async def test_nobody_waits_long_for_the_usage(wire: OpenAiWire) -> None:
    brain = OpenAiBrain(api_key=KEY, base_url=wire.url, timings=OpenAiTimings(tail=0.05))
    wire.reply(*text("Hola."), chunk({}, finish="stop"), asyncio.Event())
    assert await reply_of(brain) == [TextDelta("Hola."), ReplyEnded(reason="end")]
    await until(lambda: wire.left == 1)
    await brain.aclose()


async def test_a_first_token_that_does_not_come_is_a_timeout(wire: OpenAiWire) -> None:
    brain = OpenAiBrain(api_key=KEY, base_url=wire.url, timings=OpenAiTimings(first_token=0.05))
    wire.reply(started(), asyncio.Event())
    with pytest.raises(Timeout):
        await reply_of(brain)
    await until(lambda: wire.left == 1)
    await brain.aclose()


async def test_a_reply_that_stalls_is_a_timeout(wire: OpenAiWire) -> None:
    brain = OpenAiBrain(api_key=KEY, base_url=wire.url, timings=OpenAiTimings(between_tokens=0.05))
    wire.reply(*text("Un mo"), asyncio.Event())
    with pytest.raises(Timeout):
        await reply_of(brain)
    await brain.aclose()


def test_a_wrong_base_url_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="not a base URL"):
        OpenAiBrain(api_key=KEY, base_url="api.openai.com")
