"""The Anthropic adapter: the real SDK over a real connection."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.brains.anthropic_timings import AnthropicTimings
from control_plane.core.dialogue import Message
from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable
from tests.wire.anthropic import CUT, AnthropicWire, anthropic_wire, ended, failed, started, text_block, tool_block
from tests.wire.server import until

KEY = "an-secret-key"
QUESTION = Question(system="Eres Ana.", messages=(Message(role="caller", text="Hola, soy Juana."),), tag="c-1")


@pytest.fixture
async def wire() -> AsyncIterator[AnthropicWire]:
    async with anthropic_wire() as wire:
        yield wire


@pytest.fixture
async def brain(wire: AnthropicWire) -> AsyncIterator[AnthropicBrain]:
    brain = AnthropicBrain(api_key=KEY, base_url=wire.url)
    yield brain
    await brain.aclose()


async def reply_of(brain: AnthropicBrain) -> list[BrainEvent]:
    return [event async for event in brain.answer(QUESTION)]


async def test_a_question_becomes_one_streamed_request(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    wire.reply(started(), *text_block("Hola", ", Juana."), *ended())
    assert await reply_of(brain) == [
        TextDelta("Hola"),
        TextDelta(", Juana."),
        ReplyEnded(reason="end", input_tokens=20, output_tokens=31),
    ]
    assert wire.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert wire.requests == [
        {
            "model": "claude-haiku-5-5",
            "max_tokens": 400,
            "stream": True,
            "system": [{"type": "text", "text": "Eres Ana.", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hola, soy Juana."}]}],
            "metadata": {"user_id": "c-1"},
            "thinking": {"type": "disabled"},
        }
    ]


async def test_tool_calls_come_parsed(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    tool = tool_block("t1", "book", '{"day":', '"lunes"}', index=1)
    wire.reply(started(), *text_block("Un momento."), *tool, *ended("tool_use"))
    assert (await reply_of(brain))[1:] == [
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ReplyEnded(reason="tools", input_tokens=20, output_tokens=31),
    ]


async def test_text_is_passed_on_before_the_reply_is_complete(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    more = asyncio.Event()
    wire.reply(started(), *text_block("Uno. "), more, *text_block("Dos.", index=1), *ended())
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    more.set()
    assert await anext(reply) == TextDelta("Dos.")
    await reply.aclose()


async def test_closing_the_reply_closes_the_connection(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    wire.reply(started(), *text_block("Uno. "), asyncio.Event())
    reply = brain.answer(QUESTION)
    await anext(reply)
    await reply.aclose()
    await until(lambda: wire.left == 1)


async def test_cancelling_the_task_closes_the_connection(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    wire.reply(asyncio.Event())
    task = asyncio.ensure_future(reply_of(brain))
    await until(lambda: wire.requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: wire.left == 1)


async def test_a_connection_is_used_for_the_next_turn_too(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    for _ in range(2):
        wire.reply(started(), *text_block("Hola."), *ended())
        await reply_of(brain)
    assert wire.peers[0] == wire.peers[1]


async def test_a_warm_brain_has_its_connection_already(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    await brain.warm()
    wire.reply(started(), *text_block("Hola."), *ended())
    await reply_of(brain)
    assert wire.greetings == 1
    assert wire.peers[0] == wire.peers[1]


async def test_warming_towards_nobody_is_not_an_error() -> None:
    brain = AnthropicBrain(api_key=KEY, base_url="http://127.0.0.1:1")
    await brain.warm()
    with pytest.raises(Unavailable):
        await reply_of(brain)
    await brain.aclose()


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", Rejected),
        (401, "authentication_error", Misconfigured),
        (402, "billing_error", Misconfigured),
        (403, "permission_error", Misconfigured),
        (404, "not_found_error", Misconfigured),
        (413, "request_too_large", Rejected),
        (500, "api_error", Unavailable),
        (529, "overloaded_error", Unavailable),
    ],
)
async def test_a_refusal_is_translated_and_not_retried(
    wire: AnthropicWire, brain: AnthropicBrain, status: int, kind: str, expected: type[ProviderError]
) -> None:
    wire.refuse(status, kind)
    with pytest.raises(expected) as caught:
        await reply_of(brain)
    assert caught.value.code == kind
    assert KEY not in repr(caught.value)
    assert "Juana" not in repr(caught.value)
    assert len(wire.requests) == 1


async def test_a_rate_limit_tells_how_long_to_wait(wire: AnthropicWire, brain: AnthropicBrain) -> None:
    wire.refuse(429, "rate_limit_error", retry_after="7")
    with pytest.raises(RateLimited) as caught:
        await reply_of(brain)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("overloaded_error", Unavailable), ("rate_limit_error", RateLimited), ("invalid_request_error", Rejected)],
)
async def test_an_error_in_mid_stream_is_told_by_its_type_although_the_status_was_200(
    wire: AnthropicWire, brain: AnthropicBrain, kind: str, expected: type[ProviderError]
) -> None:
    wire.reply(started(), *text_block("Uno. "), failed(kind))
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    with pytest.raises(ProviderError) as caught:
        await anext(reply)
    assert type(caught.value) is expected
    assert caught.value.code == kind


@pytest.mark.parametrize("fault", [CUT, "event: message_delta\ndata: {broken\n\n", "event: ping\ndata: {}\n\n"])
async def test_a_reply_that_breaks_off_is_unavailable(wire: AnthropicWire, brain: AnthropicBrain, fault: str) -> None:
    wire.reply(started(), *text_block("Uno. "), fault)
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    with pytest.raises(Unavailable):
        await anext(reply)


@pytest.mark.parametrize("begun", [[], [started()], [started(), text_block()[0]]])
async def test_a_first_token_that_does_not_come_is_a_timeout(
    wire: AnthropicWire, begun: list[dict[str, object]]
) -> None:
    wire.reply(*begun, asyncio.Event())
    brain = AnthropicBrain(api_key=KEY, base_url=wire.url, timings=AnthropicTimings(first_token=0.1))
    await brain.warm()
    with pytest.raises(Timeout):
        await reply_of(brain)
    await until(lambda: wire.left == 1)
    await brain.aclose()


async def test_a_reply_that_stalls_is_a_timeout(wire: AnthropicWire) -> None:
    wire.reply(started(), *text_block("Uno. "), asyncio.Event())
    brain = AnthropicBrain(api_key=KEY, base_url=wire.url, timings=AnthropicTimings(between_tokens=0.1))
    reply = brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    with pytest.raises(Timeout):
        await anext(reply)
    await until(lambda: wire.left == 1)
    await brain.aclose()


async def test_a_brain_that_was_never_asked_closes_quietly() -> None:
    await AnthropicBrain(api_key=KEY).aclose()


def test_a_wrong_base_url_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="base URL"):
        AnthropicBrain(api_key=KEY, base_url="api.anthropic.com")


def test_naming_the_brain_does_not_import_the_sdk() -> None:
    code = "import sys, control_plane.adapters.brains; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
