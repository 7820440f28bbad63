"""From the dialogue to clauses: the model's rounds, and the tools between them."""

import asyncio
from collections.abc import Iterable

import pytest

from control_plane.core.call.events import DigitsRequested, HangupRequested
from control_plane.core.dialogue import Dialogue, Message, ToolUse
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.ports.brain import ToolCalled
from control_plane.ports.errors import Unavailable
from control_plane.services.conversation.reply import MAX_ROUNDS, Draft, ReplyWriter
from control_plane.services.conversation.tools import toolbox
from control_plane.testing.brains import FakeBrain, Step, calls, says
from control_plane.testing.clock import FakeClock
from tests.conversations import BOT

PRESSED = ToolUse(id="t1", name="send_digits", arguments={"digits": "1"}, result="The keys are being pressed.")


class Writing:
    """A writer with its dialogue, which it is told about like the conversation does."""

    def __init__(self, *replies: Iterable[Step]) -> None:
        self.brain = FakeBrain(*replies)
        self.dialogue = Dialogue()
        self.dialogue.caller_said("Hola.")
        self.draft = Draft()
        self.timing = TurnTiming()
        self.clock = FakeClock()
        tools = toolbox(("end_call", "send_digits"), transfer_number="")
        self.writer = ReplyWriter(self.brain, BOT, tools=tools, tag="call-1", now=self.clock.steady)

    async def clauses(self) -> list[str]:
        said = []
        async for clause in self.writer.write(self.dialogue, self.draft, timing=self.timing):
            self.dialogue.agent_wrote(clause)
            said.append(clause)
        return said

    def result(self, question: int) -> str:
        """What the model reads about its last tool."""
        return self.brain.questions[question].messages[-1].tools[-1].result


def digits(value: object = "1") -> ToolCalled:
    return ToolCalled(id="t1", name="send_digits", arguments={"digits": value})


async def test_words_become_clauses_and_the_draft_holds_them_all() -> None:
    it = Writing(says("Buenas tardes. ", "¿En qué le ", "ayudo?"))
    assert await it.clauses() == ["Buenas tardes.", "¿En qué le ayudo?"]
    assert it.draft.text == "Buenas tardes. ¿En qué le ayudo?"


async def test_the_question_tells_who_the_bot_is_what_was_said_and_what_it_may_do() -> None:
    it = Writing(says("Hola."))
    await it.clauses()
    [question] = it.brain.questions
    assert (question.system, question.tag) == (BOT.persona, "call-1")
    assert question.messages == (Message(role="caller", text="Hola."),)
    assert [tool.name for tool in question.tools] == ["end_call", "send_digits"]


async def test_a_tool_result_goes_back_to_the_model_which_then_goes_on() -> None:
    it = Writing(calls(digits(), text="Marco el uno."), says("Listo."))
    assert await it.clauses() == ["Marco el uno.", "Listo."]
    assert it.brain.questions[1].messages[-1] == Message(role="agent", text="Marco el uno.", tools=(PRESSED,))
    assert it.draft.tools == [PRESSED]
    assert it.draft.then == [DigitsRequested(digits="1")]


async def test_a_tool_that_closes_the_reply_asks_the_model_nothing_more() -> None:
    it = Writing(calls(ToolCalled(id="t1", name="end_call"), text="Hasta luego."))
    assert await it.clauses() == ["Hasta luego."]
    assert it.draft.then == [HangupRequested(reason="the bot said goodbye")]


async def test_two_tools_of_one_answer_both_get_their_result() -> None:
    it = Writing(calls(digits(), ToolCalled(id="t2", name="send_digits", arguments={"digits": "2"})), says("Listo."))
    await it.clauses()
    assert [tool.id for tool in it.brain.questions[1].messages[-1].tools] == ["t1", "t2"]
    assert it.draft.then == [DigitsRequested(digits="1"), DigitsRequested(digits="2")]


async def test_broken_arguments_are_told_to_the_model_and_do_nothing() -> None:
    it = Writing(calls(ToolCalled(id="t1", name="send_digits", broken=True)), says("Perdón."))
    assert await it.clauses() == ["Perdón."]
    assert it.result(1) == "Error: the arguments are not JSON."
    assert it.draft.then == []


async def test_an_unknown_tool_is_told_to_the_model_and_does_nothing() -> None:
    it = Writing(calls(ToolCalled(id="t1", name="open_door")), says("Perdón."))
    assert await it.clauses() == ["Perdón."]
    assert it.result(1) == "Error: there is no tool open_door."
    assert it.draft.then == []


async def test_a_tool_the_bot_may_not_use_is_unknown() -> None:
    it = Writing(calls(ToolCalled(id="t1", name="transfer_call")), says("Perdón."))
    await it.clauses()
    assert it.result(1) == "Error: there is no tool transfer_call."


async def test_a_model_that_calls_tools_for_ever_is_asked_a_few_times_only() -> None:
    it = Writing(*(calls(digits()) for _ in range(MAX_ROUNDS)))
    assert await it.clauses() == []
    assert len(it.brain.questions) == MAX_ROUNDS


async def test_a_failure_in_the_middle_is_raised_after_what_was_written() -> None:
    it = Writing((*says("Buenas tardes. Dígame ")[:-1], Unavailable("anthropic", "overloaded")))
    with pytest.raises(Unavailable):
        await it.clauses()
    assert it.draft.text == "Buenas tardes."


async def test_closing_the_reply_closes_the_models_stream() -> None:
    it = Writing((*says("Buenas tardes. ¿En qué le ayudo?")[:-1], asyncio.Event()))
    writing = it.writer.write(it.dialogue, it.draft, timing=it.timing)
    assert await anext(writing) == "Buenas tardes."
    await writing.aclose()
    assert it.brain.cancelled == it.brain.questions


async def test_cancelling_whoever_reads_closes_the_models_stream() -> None:
    it = Writing((*says("Buenas tardes. ")[:-1], asyncio.Event()))
    reading = asyncio.ensure_future(it.clauses())
    await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert it.brain.cancelled == it.brain.questions


async def test_the_stages_of_the_model_are_marked() -> None:
    it = Writing(says("Buenas tardes."))
    await it.clauses()
    assert all(it.timing.at(stage) for stage in (Stage.BRAIN_ASKED, Stage.FIRST_TOKEN, Stage.FIRST_CLAUSE))
