"""Replies that are made ready before it is certain that the turn is over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from control_plane.core.turn.commands import CutOff, Pause, Resume
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped
from control_plane.core.turn.policy import EndpointingKind, Waits
from control_plane.ports.brain import ToolCalled
from control_plane.ports.errors import Unavailable
from control_plane.testing.brains import calls, says
from tests.conversations import Talking, talking
from tests.virtual_time import eventually

VIRTUAL_TIME = True

WAITS = Waits(complete_s=0.6, unclear_s=1.0, open_s=1.6)


@asynccontextmanager
async def guessing(*replies: Any) -> AsyncIterator[Talking]:
    async with talking(*replies, endpointing=EndpointingKind.SEMANTIC, waits=WAITS, speculations=3) as it:
        yield it


def speaks(it: Talking, text: str) -> None:
    """The caller says this and falls silent; the recogniser has been asked for it."""
    it.conversation.perceive(SpeechStarted())
    it.conversation.perceive(SpeechStopped(silent_s=0.16))
    it.conversation.perceive(FinalHeard(text=text, ends_speech=False))


async def test_the_reply_is_written_before_the_turn_is_over_and_heard_after_it() -> None:
    async with guessing(says("A las nueve en punto.")) as it:
        speaks(it, "¿A qué hora abren?")
        await eventually(lambda: it.tts.voices and it.utterance.said)
        assert it.machine.thinking is False
        assert it.phone.audio == b""
        assert it.turns.kept == {}
        _, agent = await it.until_turns(2)
        assert agent.heard == "A las nueve en punto."
        assert agent.timing["ahead"] > 300
        assert len(it.brain.questions) == 1
        assert it.question() == [("caller", "¿A qué hora abren?")]
        assert it.metric("speculations_total", outcome="used") == 1


async def test_who_goes_on_is_answered_to_the_whole() -> None:
    async with guessing(says("De acuerdo, una cita."), says("El martes, de acuerdo.")) as it:
        speaks(it, "Quiero una cita.")
        await eventually(lambda: it.tts.voices and it.utterance.said)
        speaks(it, "Para el martes.")
        caller, agent = await it.until_turns(2)
        assert caller.text == "Quiero una cita. Para el martes."
        assert agent.heard == "El martes, de acuerdo."
        assert it.question() == [("caller", "Quiero una cita. Para el martes.")]
        assert it.metric("speculations_total", outcome="discarded") == 1
        assert it.metric("speculation_waste_characters_total") == len("De acuerdo, una cita.")


async def test_a_tool_is_used_only_when_the_turn_is_over() -> None:
    reply = calls(ToolCalled(id="t1", name="end_call"), text="Hasta luego.")
    async with guessing(reply) as it:
        speaks(it, "Quiero colgar.")
        await eventually(lambda: it.tts.voices and it.utterance.said)
        assert it.posted == []
        assert it.dialogue.messages()[-1].tools == ()
        await eventually(lambda: it.posted)
        assert it.dialogue.messages()[-1].tools[0].name == "end_call"


async def test_a_guess_whose_model_fails_costs_nothing() -> None:
    async with guessing((Unavailable("anthropic", "overloaded"),), says("A las nueve.")) as it:
        speaks(it, "¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert agent.heard == "A las nueve."


async def test_a_guess_leaves_no_trace_when_the_call_ends() -> None:
    async with guessing(says("A las nueve.")) as it:
        speaks(it, "Quiero una cita.")
        await eventually(lambda: it.tts.voices and it.utterance.said)
        it.conversation.close()
        assert it.turns.kept == {}
        assert [message.text for message in it.dialogue.messages()] == ["(llamada conectada)"]


async def test_a_voice_before_the_reply_is_audible_keeps_it_back_until_it_proves_to_be_nothing() -> None:
    async with talking((0.5, *says("A las nueve.")), hold_s=0.8) as it:
        it.hears("¿A qué hora abren?")
        it.conversation.perceive(SpeechStarted())
        await eventually(lambda: it.tts.voices and it.utterance.said)
        it.conversation.perceive(SpeechStopped(silent_s=0.16))
        assert it.phone.audio == b""
        _, agent = await it.until_turns(2)
        assert agent.heard == "A las nueve."


async def test_a_greeting_is_not_given_up_for_a_guess() -> None:
    async with guessing(says("Dígame.")) as it:
        it.conversation.say("Buenos días, habla María.")
        speaks(it, "¿Bueno?")
        (first,) = (await it.until_turns(1))[:1]
        assert first.text in ("Buenos días, habla María.", "¿Bueno?")


async def test_what_falls_due_while_a_command_is_obeyed_waits_its_turn() -> None:
    async with guessing(says("Buenas."), says("El martes.")) as it:
        speaks(it, "¿Hola?")
        await it.until_audible()
        obeyed: list[str] = []
        carry_out = it.conversation._carry_out

        def slowly(command: Any) -> None:
            obeyed.append(type(command).__name__)
            if obeyed == ["Pause"]:
                it.conversation._obey((CutOff(),))
                assert obeyed == ["Pause"]
            carry_out(command)

        it.conversation._carry_out = slowly  # type: ignore[method-assign]
        it.conversation._obey((Pause(), Resume()))
        assert obeyed[:3] == ["Pause", "Resume", "CutOff"]
