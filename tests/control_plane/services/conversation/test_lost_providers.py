"""Model or voice fail in the middle of a conversation: the caller never sits in silence."""

import asyncio
from typing import Never

import pytest

from control_plane.core.call.events import SayRequested
from control_plane.core.turn.events import SpeechStarted, SpeechStopped
from control_plane.core.turn.timing import TurnTiming
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.services.conversation.carrier_mouth import CarrierMouth
from control_plane.services.conversation.delivery import NO_VOICE
from control_plane.services.conversation.mouth import MouthLost
from control_plane.services.conversation.reply import ReplyWriter
from control_plane.testing.brains import says
from tests.conversations import BOT, talking
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

APOLOGY = BOT.phrases.provider_failure


class SpareMouth:
    """Says everything in no time."""

    can_hold = False
    audible_until: float | None = None

    def __init__(self) -> None:
        self.said: list[str] = []

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        pass

    def release(self) -> None:
        pass

    async def say(self, clause: str, *, keep: bool = False) -> None:
        self.said.append(clause)

    async def interject(self, text: str) -> bool:
        return False

    async def finish(self) -> None:
        pass

    def pause(self) -> float:
        return 0.0

    def resume(self) -> None:
        pass

    def drop(self) -> str:
        return " ".join(self.said)


class DumbMouth(SpareMouth):
    """Is lost from the beginning."""

    async def say(self, clause: str, *, keep: bool = False) -> None:
        raise MouthLost("no voice")


async def test_a_model_that_fails_is_apologised_for() -> None:
    async with talking((Unavailable("anthropic", "overloaded", code="529"),)) as it:
        it.hears("¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert (agent.text, agent.heard) == (APOLOGY, APOLOGY)
        assert it.metric("provider_errors_total", provider="anthropic", kind="Unavailable") == 1
        assert it.posted == []


async def test_a_model_that_fails_in_the_middle_of_its_reply_is_heard_up_to_there_and_apologised_for() -> None:
    async with talking((*says("Claro que sí. ")[:-1], Timeout("anthropic", "no word for 10 s"))) as it:
        it.hears("¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert agent.heard == f"Claro que sí. {APOLOGY}"


async def test_a_fault_of_our_own_in_a_reply_is_apologised_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Never:
        raise ZeroDivisionError

    async with talking(("Sí.",)) as it:
        monkeypatch.setattr(ReplyWriter, "write", broken)
        it.hears("¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert agent.heard == APOLOGY


async def test_after_an_apology_the_conversation_goes_on() -> None:
    async with talking((Unavailable("anthropic", "overloaded"),), says("A las nueve.")) as it:
        it.hears("¿A qué hora abren?")
        await it.until_turns(2)
        it.hears("¿Bueno? ¿A qué hora abren?")
        *_, agent = await it.until_turns(4)
        assert agent.text == "A las nueve."


async def test_a_voice_that_is_lost_before_the_first_word_leaves_all_to_the_spare_mouth() -> None:
    spare = SpareMouth()
    async with talking(says("Claro que sí. ", "Abrimos a las nueve."), spare=spare) as it:
        it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
        it.hears("¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert spare.said == ["Claro que sí.", "Abrimos a las nueve."]
        assert agent.heard == "Claro que sí. Abrimos a las nueve."


async def test_a_voice_that_is_lost_in_mid_reply_leaves_the_unheard_rest_to_the_spare_mouth() -> None:
    spare, more = SpareMouth(), asyncio.Event()
    slow = (*says("Uno dos tres. ")[:-1], more, *says("Cuatro cinco seis siete."))
    async with talking(slow, says("Sí."), spare=spare) as it:
        it.hears("Cuente.")
        await it.until_audible()
        await asyncio.sleep(0.06 * len("Uno dos tres. "))
        it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
        it.utterance.fail(Unavailable("elevenlabs", "the connection was closed"))
        await asyncio.sleep(0)
        more.set()
        await it.until_turns(2)
        assert spare.said == ["Cuatro cinco seis siete."]
        assert it.phone.messages[-1] == "clear"
        it.hears("¿Y luego?")
        await it.until_turns(4)
        assert spare.said[-1] == "Sí."


async def test_a_voice_that_is_lost_after_all_was_heard_repeats_nothing() -> None:
    spare, end = SpareMouth(), asyncio.Event()
    async with talking((*says("Uno dos tres. ")[:-1], end, *says()), spare=spare) as it:
        it.hears("Cuente.")
        await it.until_audible()
        await asyncio.sleep(2)
        it.utterance.fail(Unavailable("elevenlabs", "the connection was closed"))
        end.set()
        _, agent = await it.until_turns(2)
        assert spare.said == []
        assert agent.heard == "Uno dos tres."


async def test_what_was_heard_before_the_voice_was_lost_is_remembered_when_the_rest_is_interrupted() -> None:
    asked: list[object] = []
    spare = CarrierMouth(post=asked.append, audio_url=None, clock=LoopClock(), audible=lambda: None)
    more = asyncio.Event()
    slow = (*says("Uno dos tres. ")[:-1], more, *says("Cuatro cinco seis."))
    async with talking(slow, says("Sí."), spare=spare) as it:
        it.hears("Cuente.")
        await it.until_audible()
        await asyncio.sleep(2)
        it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
        it.utterance.fail(Unavailable("elevenlabs", "the connection was closed"))
        more.set()
        await eventually(lambda: asked)
        it.hears("Espere, una pregunta.")
        _, cut, *_ = await it.until_turns(3)
        assert cut.heard == "Uno dos tres."
        assert it.question()[1] == ("agent", "Uno dos tres.")


async def test_without_any_voice_the_call_is_given_up() -> None:
    async with talking(says("Claro que sí."), mouth=DumbMouth()) as it:
        it.hears("¿A qué hora abren?")
        await eventually(lambda: it.posted)
        assert it.posted == [NO_VOICE]


async def test_a_spare_mouth_that_is_lost_too_ends_the_call() -> None:
    async with talking(says("Claro que sí."), mouth=DumbMouth(), spare=DumbMouth()) as it:
        it.hears("¿A qué hora abren?")
        await eventually(lambda: it.posted)
        assert it.posted == [NO_VOICE]


async def test_the_carriers_voice_takes_over_when_the_stream_has_none() -> None:
    asked: list[object] = []
    spare = CarrierMouth(post=asked.append, audio_url=None, clock=LoopClock(), audible=lambda: None)
    async with talking(says("Claro que sí."), spare=spare) as it:
        it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
        it.hears("¿A qué hora abren?")
        await eventually(lambda: asked)
        assert asked == [SayRequested(text="Claro que sí.")]
        assert len(it.turns.kept) == 1
        spare.played(completed=True)
        _, agent = await it.until_turns(2)
        assert agent.heard == "Claro que sí."


async def test_a_spare_mouth_does_not_speak_over_the_caller_who_has_silenced_the_bot() -> None:
    asked: list[object] = []
    spare = CarrierMouth(post=asked.append, audio_url=None, clock=LoopClock(), audible=lambda: None)
    more = asyncio.Event()
    slow = (*says("Uno dos tres. ")[:-1], more, *says("Cuatro cinco seis."))
    async with talking(slow, spare=spare) as it:
        it.hears("Cuente.")
        await it.until_audible()
        it.conversation.perceive(SpeechStarted())
        it.tts.refusal = Unavailable("elevenlabs", "cannot be connected to")
        it.utterance.fail(Unavailable("elevenlabs", "the connection was closed"))
        await asyncio.sleep(0)
        more.set()
        await asyncio.sleep(0.2)
        assert asked == []
        it.conversation.perceive(SpeechStopped())
        await eventually(lambda: asked)


class BrokenMouth(SpareMouth):
    """Has a fault."""

    async def say(self, clause: str, *, keep: bool = False) -> None:
        raise ZeroDivisionError


async def test_a_fault_in_the_apology_itself_ends_the_call_and_the_turn() -> None:
    async with talking(says("Claro que sí."), mouth=BrokenMouth()) as it:
        it.hears("¿A qué hora abren?")
        await eventually(lambda: it.posted)
        assert it.posted == [NO_VOICE]
        assert not it.machine.thinking
