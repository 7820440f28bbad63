"""A caller who speaks while the bot speaks: the bot falls silent at once, and goes on or gives way."""

import asyncio

from control_plane.core.turn.events import DigitPressed, FinalHeard, SpeechStarted, SpeechStopped
from control_plane.testing.brains import FakeBrain, says
from tests.conversations import Talking, talking
from tests.virtual_time import eventually

VIRTUAL_TIME = True

COUNTING = "Uno dos tres cuatro cinco seis siete ocho nueve diez."
HEARD = "Uno dos tres"
"""What has reached the ear after 0.85 s, at 60 ms a character."""


async def interrupted(it: Talking, after_s: float = 0.85) -> None:
    """The caller's voice comes in while the bot speaks."""
    it.hears("Cuente.")
    await it.until_audible()
    await asyncio.sleep(after_s)
    it.conversation.perceive(SpeechStarted())


async def outcomes(it: Talking) -> list[str]:
    """What the bus was told about interruptions so far."""
    told = []
    while True:
        try:
            async with asyncio.timeout(0.1):
                message = await anext(it.heard_on_bus)
        except TimeoutError:
            return told
        if message.topic == "call.barge_in":
            told.append(message.body["outcome"])


async def test_the_mere_voice_silences_the_bot_at_once_and_keeps_the_reply() -> None:
    async with talking(says(COUNTING)) as it:
        await interrupted(it)
        await asyncio.sleep(0.1)
        sent = len(it.phone.audio)
        assert it.phone.messages[-1] == "clear"
        assert not it.utterance.cancelled
        await asyncio.sleep(1.0)
        assert len(it.phone.audio) == sent
        assert await outcomes(it) == ["paused"]


async def test_words_cut_the_reply_off_and_the_memory_holds_what_was_heard() -> None:
    async with talking(says(COUNTING), says("Dígame.")) as it:
        await interrupted(it)
        it.conversation.perceive(SpeechStopped())
        it.conversation.perceive(FinalHeard(text="Espere, una pregunta.", ends_speech=True))
        caller, cut, asked, answer = await it.until_turns(4)
        assert (cut.text, cut.heard, cut.interrupted) == (COUNTING, HEARD, True)
        assert [turn.index for turn in (caller, cut, asked, answer)] == [0, 1, 2, 3]
        assert it.question() == [("caller", "Cuente."), ("agent", HEARD), ("caller", "Espere, una pregunta.")]
        assert "cinco" not in str(it.brain.questions[-1].messages)
        assert it.metric("barge_ins_total", outcome="cut_off") == 1


async def test_a_cut_off_cancels_the_model_and_the_voice() -> None:
    endless = asyncio.Event()
    async with talking((*says(COUNTING + " ")[:-1], endless), says("Dígame.")) as it:
        await interrupted(it)
        voice = it.utterance
        it.conversation.perceive(FinalHeard(text="Espere, una pregunta.", ends_speech=True))
        await eventually(lambda: voice.cancelled)
        assert it.brain.cancelled == it.brain.questions[:1]


async def test_clauses_are_remembered_as_words_apart_when_the_second_is_cut() -> None:
    async with talking(says("Buenas tardes. ", "Uno dos tres cuatro cinco."), says("Sí.")) as it:
        await interrupted(it, after_s=0.06 * len("Buenas tardes. Uno dos "))
        it.conversation.perceive(FinalHeard(text="Espere, una pregunta.", ends_speech=True))
        _, cut, *_ = await it.until_turns(4)
        assert cut.heard == "Buenas tardes. Uno dos"


async def test_a_backchannel_lets_the_bot_say_the_unheard_rest() -> None:
    async with talking(says(COUNTING)) as it:
        await interrupted(it)
        await asyncio.sleep(0.3)
        it.conversation.perceive(SpeechStopped())
        it.conversation.perceive(FinalHeard(text="Ajá.", ends_speech=True))
        _, agent = await it.until_turns(2)
        assert (agent.heard, agent.interrupted) == (COUNTING, False)
        assert it.phone.messages == ["audio", "clear", "audio", "mark"]
        assert len(it.brain.questions) == 1
        assert await outcomes(it) == ["paused", "resumed"]
        assert it.metric("barge_ins_total", outcome="resumed") == 1


async def test_a_noise_without_words_is_a_false_alarm() -> None:
    async with talking(says(COUNTING)) as it:
        await interrupted(it)
        await asyncio.sleep(0.2)
        it.conversation.perceive(SpeechStopped())
        _, agent = await it.until_turns(2)
        assert (agent.heard, agent.interrupted) == (COUNTING, False)
        assert it.metric("barge_ins_total", outcome="resumed") == 1


async def test_the_reply_ends_when_its_resumed_rest_was_played_not_when_the_cleared_mark_comes_back() -> None:
    async with talking(says(COUNTING)) as it:
        await interrupted(it, after_s=0.06 * len(COUNTING) - 0.1)
        assert it.phone.messages == ["audio", "mark", "clear"]
        it.conversation.perceive(SpeechStopped())
        await asyncio.sleep(1.0)
        assert it.phone.messages == ["audio", "mark", "clear"]
        assert len(it.turns.kept) == 1
        await it.until_turns(2)
        assert it.phone.messages == ["audio", "mark", "clear", "audio", "mark"]


async def test_a_key_takes_the_floor() -> None:
    async with talking(says(COUNTING), says("Opción uno.")) as it:
        it.hears("Cuente.")
        await it.until_audible()
        await asyncio.sleep(0.85)
        it.conversation.perceive(DigitPressed(digit="1"))
        *_, asked, answer = await it.until_turns(4)
        assert (asked.text, answer.text) == ("[DTMF 1]", "Opción uno.")


async def test_an_interruption_before_anything_was_heard_leaves_no_trace_of_the_reply() -> None:
    async with talking(says(COUNTING), says("Dígame.")) as it:
        await interrupted(it, after_s=0.05)
        it.conversation.perceive(FinalHeard(text="Espere, una pregunta.", ends_speech=True))
        await it.until_turns(3)
        assert "Uno" not in str(it.brain.questions[-1].messages)
        assert [turn.speaker for turn in it.turns.kept.values()] == ["caller", "caller", "agent"]


async def test_what_was_interrupted_while_it_was_still_written_can_be_resumed() -> None:
    more = asyncio.Event()
    brain: FakeBrain
    async with talking((*says(COUNTING + " ")[:-1], more, *says("Y once."))) as it:
        brain = it.brain
        await interrupted(it)
        it.conversation.perceive(SpeechStopped())
        it.conversation.perceive(FinalHeard(text="Ajá.", ends_speech=True))
        more.set()
        _, agent = await it.until_turns(2)
        assert agent.heard == f"{COUNTING} Y once."
        assert brain.cancelled == []
