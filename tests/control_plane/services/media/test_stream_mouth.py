"""From clauses to audio on the line, through the voice of the call."""

import asyncio
import math
from collections.abc import AsyncIterator

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import TextToSpeech, Voice, VoiceOptions
from control_plane.services.conversation.mouth import MouthLost
from control_plane.services.fallback.route import Route
from control_plane.services.fallback.voices import VoiceChain
from control_plane.services.media.line import Line
from control_plane.services.media.stream_mouth import OPEN_S, StreamMouth
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.voices import FakeTextToSpeech, FakeUtterance, spoken
from tests.caches import local_cache
from tests.choking import ChokingTextToSpeech
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

LOST = Unavailable("elevenlabs", "the connection was closed")


class Speaking:
    def __init__(self) -> None:
        clock = LoopClock()
        self.tts, self.phone, self.supervisor = FakeTextToSpeech(), Telephone(), Supervisor()
        self.line = Line(self.phone, PlainCodec(), playout=Playout(), clock=clock)
        self.metrics = Metrics(version="test")
        self.voice = CallVoice(self.tts, VoiceOptions(), cache=local_cache(clock), metrics=self.metrics)
        self.audible = 0
        self.mouth = StreamMouth(self.line, self.voice, clock=clock, supervisor=self.supervisor, audible=self._audible)
        self.timing = TurnTiming()
        self.supervisor.spawn(self.line.run(), "line")

    def _audible(self) -> None:
        self.audible += 1

    async def say(self, *clauses: str, keep: bool = False) -> None:
        await self.mouth.begin(self.timing)
        for clause in clauses:
            await self.mouth.say(clause, keep=keep)

    @property
    def utterances(self) -> list[FakeUtterance]:
        return [utterance for voice in self.tts.voices for utterance in voice.utterances]


@pytest.fixture
async def it() -> AsyncIterator[Speaking]:
    speaking = Speaking()
    yield speaking
    await speaking.supervisor.aclose()


async def test_clauses_of_one_reply_are_one_utterance_and_its_audio_goes_out(it: Speaking) -> None:
    await it.say("Uno.", "Dos.")
    await it.mouth.finish()
    assert len(it.utterances) == 1
    assert it.utterances[0].ended
    assert it.phone.audio.startswith(spoken("Uno. Dos. ").audio)
    assert it.audible == 1
    assert it.mouth.drop() == "Uno. Dos."


async def test_each_reply_is_an_utterance_of_its_own_and_the_voice_stays_open(it: Speaking) -> None:
    for _ in range(2):
        await it.say("Uno.")
        await it.mouth.finish()
    assert (len(it.tts.voices), len(it.utterances), it.audible) == (1, 2, 2)


async def test_the_stages_of_the_voice_are_marked(it: Speaking) -> None:
    await it.say("Uno.")
    await it.mouth.finish()
    assert all(it.timing.at(stage) for stage in (Stage.VOICE_ASKED, Stage.FIRST_AUDIO, Stage.FIRST_FRAME))


async def test_the_voice_is_given_figures_in_words_and_what_was_heard_is_told_as_it_was_written(it: Speaking) -> None:
    await it.say("Cuesta $350.", "Abrimos a las 9:00.")
    assert it.utterances[0].said == ["Cuesta trescientos cincuenta pesos. ", "Abrimos a las nueve. "]
    # The price ends 36 characters of 60 ms after the beginning.
    await asyncio.sleep(36 * 0.06 + 0.3)
    assert it.mouth.drop().startswith("Cuesta $350.")


async def test_a_word_in_between_is_no_part_of_what_was_heard(it: Speaking) -> None:
    await it.voice.synthesize("Un momento.", keep=True)
    await it.mouth.begin(it.timing)
    assert await it.mouth.interject("Un momento.")
    assert not await it.mouth.interject("Nunca dicho.")
    await eventually(lambda: it.audible == 1)
    await it.mouth.say("Hola.")
    await it.mouth.finish()
    assert it.mouth.drop() == "Hola."


async def test_a_phrase_worth_keeping_is_synthesised_once(it: Speaking) -> None:
    for _ in range(2):
        await it.say("Buenos días.", keep=True)
        await it.mouth.finish()
        assert it.mouth.drop() == "Buenos días."
    assert len(it.utterances) == 1
    assert len(it.phone.audio) >= 2 * len(spoken("Buenos días.").audio)


async def test_an_interrupted_phrase_is_not_kept(it: Speaking) -> None:
    await it.say("Buenos días.", keep=True)
    it.utterances[0].held.clear()
    it.mouth.drop()
    await asyncio.sleep(1)
    assert await it.voice.phrase("Buenos días.") is None


async def test_ordinary_clauses_are_not_kept(it: Speaking) -> None:
    await it.say("Su cita es el martes.")
    await it.mouth.finish()
    assert await it.voice.phrase("Su cita es el martes.") is None


async def test_a_pause_clears_the_carriers_queue_and_tells_how_much_is_unheard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    finishing = asyncio.ensure_future(it.mouth.finish())
    await asyncio.sleep(0.66)
    assert it.mouth.pause() == pytest.approx(0.06 * len("Uno dos tres cuatro. ") - 0.06 * len("Uno dos "), abs=0.1)
    await asyncio.sleep(1)
    assert it.phone.messages[-1] == "clear"
    assert not finishing.done()
    it.mouth.resume()
    await finishing
    assert it.mouth.drop() == "Uno dos tres cuatro."


async def test_while_clauses_may_still_come_nobody_knows_how_much_is_unheard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    await asyncio.sleep(0.5)
    assert it.mouth.pause() == math.inf


async def test_dropping_cancels_the_utterance_clears_the_line_and_answers_what_was_heard(it: Speaking) -> None:
    await it.say("Uno dos tres cuatro.")
    await asyncio.sleep(0.06 * len("Uno dos "))
    assert it.mouth.drop() == "Uno dos"
    await eventually(lambda: it.utterances[0].cancelled)
    assert it.phone.messages[-1] == "clear"
    sent = len(it.phone.audio)
    await asyncio.sleep(1)
    assert len(it.phone.audio) == sent


async def test_dropping_a_reply_that_was_heard_to_its_end_clears_nothing(it: Speaking) -> None:
    await it.say("Uno.")
    await it.mouth.finish()
    it.mouth.drop()
    await asyncio.sleep(0.1)
    assert "clear" not in it.phone.messages


async def test_a_voice_that_cannot_be_opened_is_told_at_once(it: Speaking) -> None:
    it.tts.refusal = LOST
    with pytest.raises(MouthLost):
        await it.say("Uno.")


async def test_a_voice_that_lets_nobody_in_is_not_waited_for(it: Speaking, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: VoiceOptions) -> Voice:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    monkeypatch.setattr(it.tts, "open", hang)
    began = asyncio.get_running_loop().time()
    with pytest.raises(MouthLost):
        await it.say("Uno.")
    assert asyncio.get_running_loop().time() - began == pytest.approx(OPEN_S[0], abs=0.1)


async def test_a_reply_without_words_is_over_at_once(it: Speaking) -> None:
    it.phone.marks_return = False
    await it.say()
    async with asyncio.timeout(1):
        await it.mouth.finish()
    assert it.utterances == []


# --- voices that are lost ---------------------------------------------------------------------------

SENTENCE = "Abrimos a las nueve de la mañana."


class Mending:
    """A mouth over two synthesisers, of which the first one chokes."""

    def __init__(self, *, breath: int, error: ProviderError | None = LOST, second: TextToSpeech | None = None) -> None:
        clock = LoopClock()
        self.first, self.second = ChokingTextToSpeech(breath=breath, error=error), second or FakeTextToSpeech()
        self.phone, self.supervisor, self.metrics = Telephone(), Supervisor(), Metrics(version="test")
        self.line = Line(self.phone, PlainCodec(), playout=Playout(), clock=clock)
        voices: list[tuple[str, TextToSpeech]] = [("one", self.first), ("two", self.second)]
        self.route = Route("tts", voices, clock=clock, metrics=self.metrics)
        options = VoiceOptions(voice="ana")
        self.voice = CallVoice(VoiceChain(self.route), options, cache=local_cache(clock), metrics=self.metrics)
        self.mouth = StreamMouth(self.line, self.voice, clock=clock, supervisor=self.supervisor, audible=lambda: None)
        self.supervisor.spawn(self.line.run(), "line")
        self.supervisor.spawn(self._bring_marks(), "marks")

    async def _bring_marks(self) -> None:
        while True:
            verb, _, name = str(await self.phone.receive()).partition(" ")
            if verb == "mark":
                self.line.mark_returned(name)

    async def say(self, *clauses: str, keep: bool = False) -> None:
        await self.mouth.begin(TurnTiming())
        for clause in clauses:
            await self.mouth.say(clause, keep=keep)

    @property
    def said_by_second(self) -> list[str]:
        assert isinstance(self.second, FakeTextToSpeech)
        return [text for voice in self.second.voices for each in voice.utterances for text in each.said]

    async def aclose(self) -> None:
        await self.supervisor.aclose()


@pytest.mark.parametrize("breath", range(len(SENTENCE) + 1))
async def test_a_voice_that_dies_in_mid_sentence_is_heard_to_the_end_by_the_second(breath: int) -> None:
    it = Mending(breath=breath)
    await it.say(SENTENCE, "Hasta luego.")
    await it.mouth.finish()
    assert it.mouth.drop() == f"{SENTENCE} Hasta luego."
    whole = f"{SENTENCE} Hasta luego. "
    begun = len(whole) - len(" ".join(it.said_by_second))
    assert begun <= breath
    assert len(whole[begun:breath].split()) <= 1  # nothing but the word that was cut is said again
    assert " ".join("".join(it.said_by_second).split()) == whole[begun:].strip()
    await it.aclose()


@pytest.mark.parametrize("breath", [0, 1, 8, 20])
async def test_a_voice_that_falls_silent_is_heard_to_the_end_by_the_second_before_the_caller_wonders(
    breath: int,
) -> None:
    it = Mending(breath=breath, error=None)
    began = LoopClock().steady()
    await it.say(SENTENCE)
    await it.mouth.finish()
    assert it.mouth.drop() == SENTENCE
    spoken_s = 0.06 * len(SENTENCE)
    assert LoopClock().steady() - began < spoken_s + 2.5
    assert it.first.voices[0].utterances[0].cancelled
    assert it.first.voices[0].closed
    await it.aclose()


async def test_the_second_speaks_with_its_own_voice_and_goes_on_to_for_the_rest_of_the_call() -> None:
    it = Mending(breath=8)
    await it.say(SENTENCE)
    await it.mouth.finish()
    await it.say("Hasta luego.")
    await it.mouth.finish()
    assert isinstance(it.second, FakeTextToSpeech)
    assert [voice.options.voice for voice in it.first.voices] == ["ana"]
    assert [voice.options.voice for voice in it.second.voices] == [""]
    assert it.said_by_second[-1] == "Hasta luego. "
    await it.aclose()


async def test_when_both_fall_silent_the_mouth_is_lost_before_the_caller_wonders() -> None:
    it = Mending(breath=0, error=None, second=ChokingTextToSpeech(breath=0, error=None))
    began = LoopClock().steady()
    await it.say(SENTENCE)
    with pytest.raises(MouthLost):
        await it.mouth.finish()
    assert LoopClock().steady() - began < 2.5
    await it.aclose()


async def test_a_clause_that_comes_while_the_voice_is_mended_is_said_once_and_behind_it() -> None:
    it = Mending(breath=8)
    await it.say(SENTENCE)
    for number in range(5):
        await it.mouth.say(f"Frase {number}.")
        await asyncio.sleep(0)
    await it.mouth.finish()
    assert it.mouth.drop() == " ".join((SENTENCE, *(f"Frase {number}." for number in range(5))))
    await it.aclose()


async def test_words_that_are_still_being_thought_of_are_not_waited_for() -> None:
    it = Mending(breath=1000, error=None)
    await it.say("Un momento.")
    await asyncio.sleep(10)
    await it.mouth.say("Ya está.")
    await it.mouth.finish()
    assert it.mouth.drop() == "Un momento. Ya está."
    assert it.said_by_second == []
    await it.aclose()


async def test_a_reply_that_is_held_or_paused_is_no_silence_of_the_voice() -> None:
    it = Mending(breath=1000, error=None)
    await it.mouth.begin(TurnTiming(), held=True)
    await it.mouth.say(SENTENCE)
    await asyncio.sleep(5)
    it.mouth.release()
    await asyncio.sleep(0.5)
    it.mouth.pause()
    await asyncio.sleep(5)
    it.mouth.resume()
    await it.mouth.finish()
    assert it.mouth.drop() == SENTENCE
    assert it.said_by_second == []
    await it.aclose()


async def test_a_reply_that_is_held_is_mended_unheard() -> None:
    it = Mending(breath=8)
    await it.mouth.begin(TurnTiming(), held=True)
    await it.mouth.say(SENTENCE)
    await asyncio.sleep(5)
    assert it.phone.audio == b""
    it.mouth.release()
    await it.mouth.finish()
    assert it.mouth.drop() == SENTENCE
    assert it.phone.audio.startswith(spoken(SENTENCE).audio)
    await it.aclose()


async def test_a_phrase_that_was_mended_is_not_kept_and_neither_is_one_of_the_second_voice() -> None:
    it = Mending(breath=8)
    for _ in range(2):
        await it.say("Buenos días.", keep=True)
        await it.mouth.finish()
    assert await it.voice.phrase("Buenos días.") is None
    await it.aclose()


async def test_a_loss_in_mid_reply_counts_as_one_error_and_one_switch() -> None:
    it = Mending(breath=8)
    await it.say(SENTENCE, "Hasta luego.")
    await it.mouth.finish()
    labels = {"provider": "elevenlabs", "kind": "Unavailable"}
    assert it.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) == 1
    await it.aclose()


async def test_an_interrupted_reply_is_not_mended() -> None:
    it = Mending(breath=8, error=None)
    await it.say(SENTENCE)
    await asyncio.sleep(0.6)
    assert it.mouth.drop() == "Abrimos"
    await asyncio.sleep(5)
    assert it.said_by_second == []
    await it.aclose()


async def test_without_another_voice_a_loss_is_told_with_the_next_clause_or_at_the_end(it: Speaking) -> None:
    for last_clause in (False, True):
        it.tts.refusal = None
        await it.say("Uno.")
        it.tts.refusal = LOST
        it.utterances[-1].fail(LOST)
        it.utterances[-1]._pieces.get_nowait()  # its audio is lost too
        with pytest.raises(MouthLost):
            await (it.mouth.finish() if last_clause else it.mouth.say("Dos."))
        it.mouth.drop()
    it.tts.refusal = None
    await it.say("Tres.")
    await it.mouth.finish()
    assert it.mouth.drop() == "Tres."
    labels = {"provider": "elevenlabs", "kind": "Unavailable"}
    assert it.metrics.registry.get_sample_value("gateway_provider_errors_total", labels) == 1


async def test_a_first_piece_that_arrives_after_its_reply_was_dropped_makes_the_next_one_no_sound(it: Speaking) -> None:
    await it.mouth.begin(TurnTiming())
    told = it.line._first_sent
    assert told is not None
    it.mouth.drop()
    await it.mouth.begin(it.timing, held=True)
    told()
    assert it.audible == 0
    assert it.timing.at(Stage.FIRST_FRAME) is None


async def test_a_word_in_between_that_comes_too_late_is_not_said(it: Speaking) -> None:
    await it.voice.synthesize("Un momento.", keep=True)
    await it.mouth.begin(it.timing)
    late = asyncio.ensure_future(it.mouth.interject("Un momento."))
    it.mouth.drop()
    await it.mouth.begin(TurnTiming(), held=True)
    assert not await late
    await it.say("Hola.")
    await it.mouth.finish()
    assert not await it.mouth.interject("Un momento.")
    assert it.line.playout.finished(LoopClock().steady())
