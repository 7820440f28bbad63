"""When a model is asked how a turn sounds, what it is given, and when its verdict counts."""

from collections.abc import Coroutine
from typing import Any

import pytest

from control_plane.core.turn.events import SoundJudged, SpeechStarted, SpeechStopped, TurnEvent
from control_plane.services.media.attention import Attention

HUSH = SpeechStopped(silent_s=0.12)


def frame(number: int) -> bytes:
    return number.to_bytes(2) * 80


class Recogniser:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.finalized = self.ran = 0

    def feed(self, frame: bytes) -> None:
        self.frames.append(frame)

    def finalize(self) -> None:
        self.finalized += 1

    async def run(self) -> None:
        self.ran += 1


class Model:
    name = "a model"

    def __init__(self, *opinions: float | None) -> None:
        self.opinions = list(opinions)
        self.heard: list[bytes] = []

    async def judge(self, audio: bytes) -> float | None:
        self.heard.append(audio)
        return self.opinions.pop(0)

    async def aclose(self) -> None:
        pass


class Scene:
    def __init__(self, *opinions: float | None) -> None:
        self.recogniser, self.model = Recogniser(), Model(*opinions)
        self.told: list[TurnEvent] = []
        self.asked: list[Coroutine[Any, Any, None]] = []
        self.attention = Attention(self.recogniser, self.model, tell=self.told.append, spawn=self._spawn)
        self.count = 0

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.asked.append(work)

    def feed(self, count: int) -> None:
        for _ in range(count):
            self.attention.feed(frame(self.count))
            self.count += 1

    def speak(self, frames: int) -> None:
        self.attention.notice(SpeechStarted())
        self.feed(frames)
        self.attention.notice(HUSH)

    async def think(self) -> None:
        while self.asked:
            await self.asked.pop(0)


async def test_everything_goes_on_to_the_recogniser() -> None:
    scene = Scene()
    scene.feed(3)
    scene.attention.finalize()
    await scene.attention.run()
    assert (len(scene.recogniser.frames), scene.recogniser.finalized, scene.recogniser.ran) == (3, 1, 1)


async def test_the_model_hears_the_turn_with_a_little_before_it_and_is_asked_once() -> None:
    scene = Scene(0.9)
    scene.feed(100)
    scene.speak(50)
    await scene.think()
    scene.feed(100)
    assert scene.model.heard == [b"".join(frame(number) for number in range(80, 150))]
    assert scene.told == [SoundJudged(finished=0.9)]
    assert not scene.asked


async def test_no_more_than_the_latest_eight_seconds_are_heard() -> None:
    scene = Scene(0.1)
    scene.feed(30)
    scene.speak(900)
    await scene.think()
    assert scene.model.heard == [b"".join(frame(number) for number in range(530, 930))]


async def test_a_pause_belongs_to_the_turn_and_a_long_silence_does_not() -> None:
    scene = Scene(0.1, 0.9, 0.9)
    scene.feed(30)
    scene.speak(50)
    await scene.think()
    scene.feed(40)
    scene.speak(50)
    await scene.think()
    scene.feed(200)
    scene.speak(10)
    await scene.think()
    assert [len(audio) // 160 for audio in scene.model.heard] == [70, 160, 30]


@pytest.mark.parametrize("first", [None, 0.5])
async def test_without_a_usable_opinion_it_is_asked_again_once_while_the_silence_lasts(first: float | None) -> None:
    scene = Scene(first, None)
    scene.feed(30)
    scene.speak(50)
    await scene.think()
    scene.feed(14)
    assert not scene.asked
    scene.feed(1)
    await scene.think()
    scene.feed(100)
    assert not scene.asked
    assert len(scene.model.heard) == 2


async def test_a_verdict_that_comes_when_the_voice_is_back_is_dropped() -> None:
    scene = Scene(0.9, 0.9)
    scene.feed(30)
    scene.speak(50)
    scene.attention.notice(SpeechStarted())
    await scene.think()
    assert scene.told == []


async def test_while_a_judgement_is_under_way_no_other_is_asked_for() -> None:
    scene = Scene(0.9)
    scene.feed(30)
    scene.speak(50)
    scene.speak(50)
    assert len(scene.asked) == 1
    await scene.think()
    assert scene.told == []
