"""What every Brain owes the gateway: the adapters over a wire and the fake alike."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any, Protocol

import pytest

from control_plane.adapters.brains import BRAIN_ADAPTERS
from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.brains.langchain import LangChainBrain
from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.core.dialogue import Message, ToolUse
from control_plane.ports.brain import Brain, BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled, ToolSpec
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.testing.brains import FakeBrain, calls, says
from tests.control_plane.adapters.brains.chat_models import Piece, ScriptedChatModel, end
from tests.wire import openai
from tests.wire.anthropic import CUT, AnthropicWire, anthropic_wire, ended, failed, started, text_block, tool_block
from tests.wire.server import until

BOOKING = ToolCalled(id="t1", name="book", arguments={"day": "lunes", "hour": 10})
BOOK = ToolSpec(name="book", description="Books.", parameters={"type": "object"})
QUESTION = Question(system="Eres Ana.", messages=(Message(role="caller", text="Hola."),), tools=(BOOK,))
LATER = Question(
    system="",
    messages=(
        Message(role="agent", text="¿Sí? "),
        Message(role="caller", text="Una cita."),
        Message(role="agent", text=" ", tools=(ToolUse(id="t1", name="book", result="Booked."),)),
    ),
)


class Rig(Protocol):
    """A brain whose model is in the test's hands; each method scripts the next reply."""

    @property
    def brain(self) -> Brain: ...

    def says(self, *pieces: str) -> None: ...
    def calls(self, text: str) -> None: ...
    def says_then_waits(self, text: str) -> None: ...
    def says_then_breaks(self, text: str) -> None: ...
    def refuses(self) -> None: ...
    def cancelled(self) -> int: ...


class FakeRig:
    def __init__(self) -> None:
        self.brain = FakeBrain()

    def says(self, *pieces: str) -> None:
        self.brain.add(says(*pieces))

    def calls(self, text: str) -> None:
        self.brain.add(calls(BOOKING, text=text))

    def says_then_waits(self, text: str) -> None:
        self.brain.add((TextDelta(text), asyncio.Event()))

    def says_then_breaks(self, text: str) -> None:
        self.brain.add((TextDelta(text), Unavailable("fake", "gone")))

    def refuses(self) -> None:
        self.brain.add((Unavailable("fake", "overloaded"),))

    def cancelled(self) -> int:
        return len(self.brain.cancelled)


class AnthropicRig:
    def __init__(self, wire: AnthropicWire) -> None:
        self.brain = AnthropicBrain(api_key="k", base_url=wire.url)
        self._wire = wire

    def says(self, *pieces: str) -> None:
        self._wire.reply(started(), *text_block(*pieces), *ended())

    def calls(self, text: str) -> None:
        tool = tool_block("t1", "book", '{"day":"lu', 'nes","hour":10}', index=1)
        self._wire.reply(started(), *text_block(text), *tool, *ended("tool_use"))

    def says_then_waits(self, text: str) -> None:
        self._wire.reply(started(), *text_block(text), asyncio.Event())

    def says_then_breaks(self, text: str) -> None:
        self._wire.reply(started(), *text_block(text), CUT)

    def refuses(self) -> None:
        self._wire.reply(failed("overloaded_error"))

    def cancelled(self) -> int:
        return self._wire.left


class OpenAiRig:
    def __init__(self, wire: openai.OpenAiWire) -> None:
        self.brain = OpenAiBrain(api_key="k", base_url=wire.url)
        self._wire = wire

    def says(self, *pieces: str) -> None:
        self._wire.reply(openai.started(), *openai.text(*pieces), *openai.ended())

    def calls(self, text: str) -> None:
        tool = openai.tool("t1", "book", '{"day":"lu', 'nes","hour":10}')
        self._wire.reply(openai.started(), *openai.text(text), *tool, *openai.ended("tool_calls"))

    def says_then_waits(self, text: str) -> None:
        self._wire.reply(openai.started(), *openai.text(text), asyncio.Event())

    def says_then_breaks(self, text: str) -> None:
        self._wire.reply(openai.started(), *openai.text(text), openai.CUT)

    def refuses(self) -> None:
        self._wire.refuse(503)

    def cancelled(self) -> int:
        return self._wire.left


class LangChainRig:
    def __init__(self) -> None:
        self._model = ScriptedChatModel()
        self.brain = LangChainBrain(model=lambda: self._model)

    def says(self, *pieces: str) -> None:
        self._model.reply(*(Piece(content=piece) for piece in pieces), end())

    def calls(self, text: str) -> None:
        first = {"index": 0, "id": "t1", "name": "book", "args": '{"day":"lu'}
        second = {"index": 0, "id": None, "name": None, "args": 'nes","hour":10}'}
        calls = [Piece(tool_call_chunks=[piece]) for piece in (first, second)]
        self._model.reply(Piece(content=text), *calls, end("tool_calls"))

    def says_then_waits(self, text: str) -> None:
        self._model.reply(Piece(content=text), asyncio.Event())

    def says_then_breaks(self, text: str) -> None:
        self._model.reply(Piece(content=text), ConnectionResetError())

    def refuses(self) -> None:
        self._model.reply(ConnectionRefusedError())

    def cancelled(self) -> int:
        return self._model.left


@asynccontextmanager
async def langchain_rig() -> AsyncIterator[Rig]:
    yield LangChainRig()


@asynccontextmanager
async def fake_rig() -> AsyncIterator[Rig]:
    yield FakeRig()


@asynccontextmanager
async def anthropic_rig() -> AsyncIterator[Rig]:
    async with anthropic_wire() as wire:
        yield AnthropicRig(wire)


@asynccontextmanager
async def openai_rig() -> AsyncIterator[Rig]:
    async with openai.openai_wire() as wire:
        yield OpenAiRig(wire)


RIGS: dict[type, Callable[[], AbstractAsyncContextManager[Rig]]] = {
    FakeBrain: fake_rig,
    AnthropicBrain: anthropic_rig,
    OpenAiBrain: openai_rig,
    LangChainBrain: langchain_rig,
}


@pytest.fixture(params=RIGS, ids=lambda adapter: adapter.__name__)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as rig:
        yield rig
        await rig.brain.aclose()


async def reply_of(rig: Rig, question: Question = QUESTION) -> list[BrainEvent]:
    return [event async for event in rig.brain.answer(question)]


def closing(reply: AsyncGenerator[BrainEvent]) -> aclosing[Any]:
    return aclosing(reply)


def test_every_adapter_stands_under_this_contract() -> None:
    assert set(RIGS) == {*BRAIN_ADAPTERS, FakeBrain}


async def test_a_reply_is_text_and_then_its_end(rig: Rig) -> None:
    rig.says("Buenos ", "días.")
    *pieces, end = await reply_of(rig)
    assert pieces == [TextDelta("Buenos "), TextDelta("días.")]
    assert isinstance(end, ReplyEnded)
    assert end.reason == "end"


async def test_a_tool_call_comes_whole_after_the_text_before_it(rig: Rig) -> None:
    rig.calls("Un momento.")
    said, called, end = await reply_of(rig)
    assert (said, called) == (TextDelta("Un momento."), BOOKING)
    assert isinstance(end, ReplyEnded)
    assert end.reason == "tools"


async def test_one_brain_answers_many_questions_also_with_tools_in_memory(rig: Rig) -> None:
    for question in (QUESTION, LATER, QUESTION):
        rig.says("Listo.")
        assert (await reply_of(rig, question))[0] == TextDelta("Listo.")


async def test_a_reply_that_breaks_is_told_after_what_was_said(rig: Rig) -> None:
    rig.says_then_breaks("Un mo")
    reply = rig.brain.answer(QUESTION)
    assert await anext(reply) == TextDelta("Un mo")
    with pytest.raises(ProviderError) as caught:
        await anext(reply)
    assert caught.value.retryable
    rig.says("Perdón.")
    assert (await reply_of(rig))[0] == TextDelta("Perdón.")


async def test_a_refused_question_is_a_provider_error(rig: Rig) -> None:
    rig.refuses()
    with pytest.raises(ProviderError):
        await reply_of(rig)


async def test_closing_a_reply_cancels_the_request(rig: Rig) -> None:
    rig.says_then_waits("Un mo")
    async with closing(rig.brain.answer(QUESTION)) as reply:
        assert await anext(reply) == TextDelta("Un mo")
    await until(lambda: rig.cancelled() == 1)


async def test_cancelling_the_task_cancels_the_request(rig: Rig) -> None:
    rig.says_then_waits("Un mo")
    heard: list[BrainEvent] = []

    async def listen() -> None:
        async for event in rig.brain.answer(QUESTION):
            heard.append(event)

    task = asyncio.ensure_future(listen())
    await until(lambda: heard)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: rig.cancelled() == 1)


async def test_warming_is_allowed_at_any_time(rig: Rig) -> None:
    await rig.brain.warm()
    await rig.brain.warm()
    rig.says("Hola.")
    assert (await reply_of(rig))[0] == TextDelta("Hola.")
