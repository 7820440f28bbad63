"""What the fake brain promises beyond its contract."""

import asyncio

import pytest

from control_plane.core.dialogue import Message
from control_plane.ports.brain import Question, ReplyEnded, TextDelta
from control_plane.ports.errors import Unavailable
from control_plane.testing.brains import FakeBrain, says

QUESTION = Question(system="", messages=(Message(role="caller", text="Hola."),))


async def test_it_answers_in_the_order_of_its_script() -> None:
    brain = FakeBrain(says("Uno."), says("Dos."))
    replies = [[event async for event in brain.answer(QUESTION)] for _ in range(2)]
    assert replies == [[TextDelta("Uno."), ReplyEnded(reason="end")], [TextDelta("Dos."), ReplyEnded(reason="end")]]
    assert brain.questions == [QUESTION, QUESTION]
    assert brain.cancelled == []


async def test_a_question_too_many_fails_the_test() -> None:
    with pytest.raises(AssertionError):
        await anext(FakeBrain().answer(QUESTION))


async def test_a_slow_model_is_released_by_the_test() -> None:
    ready = asyncio.Event()
    brain = FakeBrain((ready, *says("Uno.")))
    first = asyncio.ensure_future(anext(brain.answer(QUESTION)))
    await asyncio.sleep(0)
    assert not first.done()
    ready.set()
    assert await first == TextDelta("Uno.")


async def test_a_reply_that_failed_was_not_cancelled() -> None:
    brain = FakeBrain((Unavailable("fake", "gone"),))
    with pytest.raises(Unavailable):
        await anext(brain.answer(QUESTION))
    assert brain.cancelled == []
