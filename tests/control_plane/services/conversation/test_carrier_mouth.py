"""A mouth that knows only commands to the carrier and reports of it."""

import asyncio
import math

import pytest

from control_plane.core.call.events import CallEvent, QuietRequested, SayRequested
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.ports.errors import Unavailable
from control_plane.services.conversation.carrier_mouth import CHARACTERS_PER_S, PATIENCE_S, CarrierMouth
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


class Speaking:
    """A mouth, what it asked of the call, and how often it became audible."""

    def __init__(self, *, voice: bool = False) -> None:
        self.posted: list[CallEvent] = []
        self.audible = 0
        self.voice_lost = False
        self.kept: list[bool] = []
        self.mouth = CarrierMouth(
            post=self.posted.append, audio_url=self._url if voice else None, clock=LoopClock(), audible=self._audible
        )
        self.timing = TurnTiming()

    def _audible(self) -> None:
        self.audible += 1

    async def _url(self, text: str, *, keep: bool) -> str:
        self.kept.append(keep)
        if self.voice_lost:
            raise Unavailable("elevenlabs", "cannot be connected to")
        await asyncio.sleep(0.2)
        return f"https://gateway.example/{len(text)}.wav"

    async def say(self, *clauses: str) -> "asyncio.Future[None]":
        """Say the clauses and wait for their end in the background."""
        await self.mouth.begin(self.timing)
        for clause in clauses:
            await self.mouth.say(clause)
        finishing = asyncio.ensure_future(self.mouth.finish())
        await asyncio.sleep(0)
        return finishing


async def test_without_a_voice_the_carrier_speaks_the_words() -> None:
    it = Speaking()
    await it.say("Buenos días.", "¿Cómo está?")
    assert it.posted == [SayRequested(text="Buenos días."), SayRequested(text="¿Cómo está?")]
    assert it.audible == 1


async def test_with_a_voice_the_carrier_plays_our_audio_and_the_stages_are_marked() -> None:
    it = Speaking(voice=True)
    await it.say("Buenos días.")
    assert it.posted == [SayRequested(text="Buenos días.", url="https://gateway.example/12.wav")]
    asked, audio, frame = (it.timing.at(s) for s in (Stage.VOICE_ASKED, Stage.FIRST_AUDIO, Stage.FIRST_FRAME))
    assert asked is not None
    assert audio == frame == pytest.approx(asked + 0.2)


async def test_a_voice_that_is_lost_leaves_this_and_all_other_clauses_to_the_carriers_own() -> None:
    it = Speaking(voice=True)
    it.voice_lost = True
    await it.mouth.begin(TurnTiming())
    await it.mouth.say("Uno.")
    it.voice_lost = False
    await it.mouth.say("Dos.")
    assert it.posted == [SayRequested(text="Uno."), SayRequested(text="Dos.")]


async def test_a_reply_is_over_when_the_carrier_has_reported_the_end_of_each_clause() -> None:
    it = Speaking()
    finishing = await it.say("Uno.", "Dos.")
    it.mouth.played(completed=True)
    await asyncio.sleep(0.1)
    assert not finishing.done()
    it.mouth.played(completed=True)
    await finishing
    assert it.mouth.drop() == "Uno. Dos."


async def test_a_carrier_that_does_not_report_is_waited_for_as_long_as_the_clause_may_take() -> None:
    it = Speaking()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await (await it.say("Uno dos tres."))
    assert loop.time() - began == pytest.approx(PATIENCE_S + len("Uno dos tres.") / CHARACTERS_PER_S)
    assert it.mouth.drop() == "Uno dos tres."


async def test_a_clause_that_the_carrier_refuses_is_not_waited_for_and_was_not_heard() -> None:
    it = Speaking()
    finishing = await it.say("Uno.")
    it.mouth.refused()
    await finishing
    assert it.mouth.drop() == ""


async def test_a_pause_silences_the_carrier_and_a_resume_says_the_unheard_clauses_again_in_the_same_voice() -> None:
    it = Speaking(voice=True)
    finishing = await it.say("Uno.", "Dos dos.", "Tres tres tres.")
    it.mouth.played(completed=True)
    rest = it.posted[1:]
    it.posted.clear()
    assert it.mouth.pause() == pytest.approx((len("Dos dos.") + len("Tres tres tres.")) / CHARACTERS_PER_S)
    assert it.posted == [QuietRequested()]
    it.mouth.played(completed=False)
    it.posted.clear()
    it.mouth.resume()
    assert it.posted == rest
    it.mouth.played(completed=True)
    it.mouth.played(completed=True)
    await finishing
    assert it.mouth.drop() == "Uno. Dos dos. Tres tres tres."


async def test_while_clauses_may_still_come_nobody_knows_how_much_is_left() -> None:
    it = Speaking()
    await it.mouth.begin(TurnTiming())
    await it.mouth.say("Uno.")
    assert it.mouth.pause() == math.inf


async def test_a_clause_that_comes_during_a_pause_is_said_after_it() -> None:
    it = Speaking(voice=True)
    await it.mouth.begin(TurnTiming())
    await it.mouth.say("Uno.")
    it.mouth.pause()
    it.posted.clear()
    await it.mouth.say("Dos dos.")
    assert it.posted == []
    it.mouth.resume()
    assert [event.text for event in it.posted if isinstance(event, SayRequested)] == ["Uno.", "Dos dos."]


async def test_a_long_pause_does_not_count_as_having_been_heard() -> None:
    it = Speaking()
    finishing = await it.say("Uno.")
    await asyncio.sleep(1)
    it.mouth.pause()
    await asyncio.sleep(60)
    assert not finishing.done()
    it.mouth.resume()
    it.mouth.played(completed=True)
    await finishing
    assert it.mouth.drop() == "Uno."


async def test_resuming_what_was_not_paused_says_nothing_twice() -> None:
    it = Speaking()
    await it.say("Uno.")
    it.mouth.resume()
    assert it.posted == [SayRequested(text="Uno.")]


async def test_dropping_silences_the_carrier_and_answers_the_clauses_that_were_heard() -> None:
    it = Speaking()
    finishing = await it.say("Uno.", "Dos.", "Tres.")
    it.mouth.played(completed=True)
    it.posted.clear()
    assert it.mouth.drop() == "Uno."
    assert it.posted == [QuietRequested()]
    await eventually(finishing.done)


async def test_a_clause_that_was_cut_is_not_taken_for_one_of_the_next_reply() -> None:
    it = Speaking()
    finishing = await it.say("Uno.")
    it.mouth.drop()
    await finishing
    finishing = await it.say("Dos.")
    it.mouth.played(completed=False)
    await asyncio.sleep(0.1)
    assert not finishing.done()
    it.mouth.played(completed=True)
    await finishing
    assert it.mouth.drop() == "Dos."


async def test_nothing_being_said_can_be_dropped_without_a_word() -> None:
    it = Speaking()
    assert it.mouth.drop() == ""
    assert it.posted == []


async def test_whether_a_clause_is_worth_keeping_is_passed_on_to_the_voice() -> None:
    it = Speaking(voice=True)
    await it.mouth.begin(it.timing)
    await it.mouth.say("Buenos días.", keep=True)
    await it.mouth.say("A las nueve.")
    assert it.kept == [True, False]


async def test_the_carrier_is_given_figures_in_words_and_the_memory_keeps_them_as_written() -> None:
    it = Speaking()
    finishing = await it.say("Cuesta $350.", "Hasta luego.")
    assert it.posted[0] == SayRequested(text="Cuesta trescientos cincuenta pesos.")
    it.mouth.played(completed=True)
    assert it.mouth.drop() == "Cuesta $350."
    await finishing


async def test_a_word_in_between_is_no_part_of_what_was_heard_and_is_not_said_into_a_clause() -> None:
    it = Speaking()
    await it.mouth.begin(it.timing)
    assert await it.mouth.interject("Un momento.")
    assert it.audible == 1
    it.mouth.played(completed=True)
    await it.mouth.say("Abrimos a las nueve.")
    assert not await it.mouth.interject("Enseguida.")
    it.mouth.played(completed=True)
    assert it.mouth.drop() == "Abrimos a las nueve."
