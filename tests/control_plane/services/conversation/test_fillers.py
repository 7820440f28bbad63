"""A word in between when a reply takes long."""

from dataclasses import replace

from control_plane.core.turn.events import SpeechStarted
from control_plane.testing.brains import says
from tests.conversations import BOT, Talking, talking
from tests.virtual_time import eventually

VIRTUAL_TIME = True

WAIT = "Un momento, por favor."
PATIENT = replace(BOT, phrases=replace(BOT.phrases, fillers=(WAIT, "Enseguida le digo.")))


async def have_at_hand(it: Talking) -> None:
    """As while it rang."""
    for phrase in PATIENT.phrases.fillers:
        await it.voice.synthesize(phrase, keep=True)


async def test_a_slow_model_is_bridged_within_two_and_a_half_seconds() -> None:
    async with talking((3.5, *says("A las nueve.")), bot=PATIENT) as it:
        await have_at_hand(it)
        it.hears("¿A qué hora abren?")
        began = it.clock.steady()
        await it.until_audible()
        assert it.clock.steady() - began <= 2.5
        _, agent = await it.until_turns(2)
        assert (agent.text, agent.heard, agent.interrupted) == ("A las nueve.", "A las nueve.", False)
        assert it.metric("fillers_total") == 1


async def test_it_is_said_again_in_other_words_and_not_for_ever() -> None:
    async with talking((30.0, *says("A las nueve.")), bot=PATIENT) as it:
        await have_at_hand(it)
        it.hears("¿A qué hora abren?")
        await it.until_turns(2, within_s=60)
        assert it.metric("fillers_total") == 4


async def test_a_quick_reply_needs_none() -> None:
    async with talking(says("A las nueve."), bot=PATIENT) as it:
        await have_at_hand(it)
        it.hears("¿A qué hora abren?")
        await it.until_turns(2)
        assert it.metric("fillers_total") == 0


async def test_nobody_is_spoken_into_who_speaks() -> None:
    async with talking((5.0, *says("A las nueve.")), bot=PATIENT) as it:
        await have_at_hand(it)
        it.hears("¿A qué hora abren?")
        it.conversation.perceive(SpeechStarted())
        await eventually(lambda: it.clock.steady() > 1_003.5)
        assert it.phone.audio == b""
