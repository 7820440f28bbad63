"""The adapter of LangChain's chat models, with a model that looks like one."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from control_plane.adapters.brains.langchain import LangChainBrain, LangChainTimings
from control_plane.adapters.brains.langchain_errors import translated
from control_plane.core.dialogue import Message
from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled, ToolSpec
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable
from tests.control_plane.adapters.brains.chat_models import Piece, ScriptedChatModel, Whole, end

HERE = "tests.control_plane.adapters.brains.chat_models"
BOOK = ToolSpec(name="book", description="Books.", parameters={"type": "object"})
QUESTION = Question(system="Eres Ana.", messages=(Message(role="caller", text="Hola."),), tools=(BOOK,))


@pytest.fixture
def model() -> ScriptedChatModel:
    return ScriptedChatModel()


def brain_of(model: ScriptedChatModel, **patience: float) -> LangChainBrain:
    return LangChainBrain(model=lambda: model, timings=LangChainTimings(**patience))


async def reply_of(brain: LangChainBrain, question: Question = QUESTION) -> list[BrainEvent]:
    return [event async for event in brain.answer(question)]


async def test_a_question_is_asked_with_its_tools_and_answered_in_pieces(model: ScriptedChatModel) -> None:
    model.reply(Piece(content="Ho"), Piece(content=[{"type": "text", "text": "la."}, {"type": "thinking"}]), end())
    assert await reply_of(brain_of(model)) == [
        TextDelta("Ho"),
        TextDelta("la."),
        ReplyEnded(reason="end", input_tokens=20, cached_tokens=4, output_tokens=31),
    ]
    assert model.asked == [[{"role": "system", "content": "Eres Ana."}, {"role": "user", "content": "Hola."}]]
    function = {"name": "book", "description": "Books.", "parameters": {"type": "object"}}
    assert model.bound == [{"type": "function", "function": function}]


async def test_without_tools_nothing_is_bound(model: ScriptedChatModel) -> None:
    model.bound = [{"kept": True}]
    model.reply(Piece(content="Hola."), end())
    await reply_of(brain_of(model), Question(system="", messages=()))
    assert model.bound == [{"kept": True}]


async def test_pieces_of_calls_are_put_together(model: ScriptedChatModel) -> None:
    first = {"index": 1, "id": "t1", "name": "book", "args": '{"day":'}
    second = {"index": 1, "id": None, "name": None, "args": '"lunes"}'}
    model.reply(
        Piece(content="Ya."), Piece(tool_call_chunks=[first]), Piece(tool_call_chunks=[second]), end("tool_use")
    )
    assert (await reply_of(brain_of(model)))[1:3] == [
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ReplyEnded(reason="tools", input_tokens=20, cached_tokens=4, output_tokens=31),
    ]


async def test_a_model_that_cannot_stream_is_understood(model: ScriptedChatModel) -> None:
    calls = [{"id": "t1", "name": "book", "args": {"day": "lunes"}}, {"id": "t2", "name": "note", "args": {}}]
    model.reply(Whole(content="Ya.", tool_calls=calls))
    assert await reply_of(brain_of(model)) == [
        TextDelta("Ya."),
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ToolCalled(id="t2", name="note"),
        ReplyEnded(reason="tools"),
    ]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"finish_reason": "length"}, "length"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"finish_reason": "SAFETY"}, "refused"),
        ({"stop_reason": "refusal"}, "refused"),
        ({"finish_reason": "STOP"}, "end"),
        ({"done_reason": "unheard of"}, "other"),
        ({}, "end"),
    ],
)
async def test_each_reason_has_a_word(model: ScriptedChatModel, told: dict[str, Any], reason: str) -> None:
    model.reply(Piece(content="Hola.", response_metadata=told))
    assert (await reply_of(brain_of(model)))[-1] == ReplyEnded(reason=reason)


async def test_the_model_is_made_once_from_its_address() -> None:
    brain = LangChainBrain(model=f"{HERE}:ScriptedChatModel")
    await brain.warm()
    await brain.warm()
    assert isinstance(brain._model, ScriptedChatModel)
    await brain.aclose()


@pytest.mark.parametrize("address", [f"{HERE}:broken", f"{HERE}:nobody", "no.such.module:make"])
async def test_a_model_that_cannot_be_made_is_a_setting(address: str) -> None:
    brain = LangChainBrain(model=address)
    await brain.warm()
    with pytest.raises(Misconfigured):
        await reply_of(brain)


@pytest.mark.parametrize("address", ["", "package.module", ":name", "package.module:"])
def test_a_wrong_address_is_found_at_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        LangChainBrain(model=address)


def test_naming_the_brain_imports_nothing_of_langchain() -> None:
    code = "import sys, control_plane.adapters.brains; sys.exit(any('langchain_core' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


async def test_closing_a_reply_closes_the_models_stream(model: ScriptedChatModel) -> None:
    model.reply(Piece(content="Uno. "), asyncio.Event())
    reply = brain_of(model).answer(QUESTION)
    assert await anext(reply) == TextDelta("Uno. ")
    await reply.aclose()
    assert model.left == 1


async def test_a_first_token_that_does_not_come_is_a_timeout(model: ScriptedChatModel) -> None:
    model.reply(Piece(), asyncio.Event())
    with pytest.raises(Timeout):
        await reply_of(brain_of(model, first_token=0.02))
    assert model.left == 1


async def test_a_reply_that_stalls_is_a_timeout(model: ScriptedChatModel) -> None:
    model.reply(Piece(content="Un mo"), asyncio.Event())
    with pytest.raises(Timeout):
        await reply_of(brain_of(model, between_tokens=0.02))


class AnswerError(Exception):
    """As the libraries of providers have them."""

    def __init__(self, status_code: int) -> None:
        super().__init__("secret words")
        self.status_code = status_code


class RateLimitError(Exception):
    pass


class ReadTimeoutError(Exception):
    pass


class AuthenticationError(Exception):
    pass


class HttpError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__("secret words")
        self.response = AnswerError(status)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AnswerError(400), Rejected),
        (AnswerError(401), Misconfigured),
        (AnswerError(404), Misconfigured),
        (AnswerError(429), RateLimited),
        (AnswerError(529), Unavailable),
        (AnswerError(200), Unavailable),
        (HttpError(503), Unavailable),
        (RateLimitError(), RateLimited),
        (ReadTimeoutError(), Timeout),
        (AuthenticationError(), Misconfigured),
        (ModuleNotFoundError("secret words"), Misconfigured),
        (ConnectionResetError("secret words"), Unavailable),
        (ValueError("secret words"), Unavailable),
    ],
)
async def test_errors_of_the_model_are_translated(
    model: ScriptedChatModel, error: Exception, kind: type[ProviderError]
) -> None:
    assert type(translated(error)) is kind
    model.reply(Piece(content="Un mo"), error)
    reply = brain_of(model).answer(QUESTION)
    assert await anext(reply) == TextDelta("Un mo")
    with pytest.raises(kind) as caught:
        await anext(reply)
    assert "secret" not in str(caught.value)
    assert caught.value.provider == "langchain"
