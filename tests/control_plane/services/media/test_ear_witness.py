"""The clock of the ear: frames that come in bursts, streams that replace each other, marks that come back late."""

from typing import Final

import pytest

from control_plane.core.audio.ear_report import Heard
from control_plane.core.audio.frames import SILENCE, Encoding
from control_plane.core.turn.events import DigitPressed, SpeechStarted, SpeechStopped
from control_plane.core.turn.vad import VadGate
from control_plane.services.media.ear_witness import EarWitness
from control_plane.testing.clock import FakeClock
from tests.control_plane.services.media.test_stream import voice

QUIET: Final = SILENCE[Encoding.PCMU]


class Listening:
    """A witness with a stream, and a clock that is put forward by hand."""

    def __init__(self) -> None:
        self.clock, self.gate = FakeClock(), VadGate()
        self.witness = EarWitness(began_at=self.clock.wall(), clock=self.clock)
        self.leg = self.witness.leg(self.gate)
        self.leg.begin()

    def frames(self, audio: bytes, *, every_s: float = 0.02) -> None:
        for offset in range(0, len(audio), 160):
            self.clock.advance(every_s)
            event = self.gate.feed(audio[offset : offset + 160])
            if event is not None:
                self.leg.caller(event)

    def agent(self, frames: int) -> None:
        self.leg.agent(QUIET * frames)

    def heard(self) -> Heard:
        found = self.witness.heard()
        assert found is not None
        return found


def test_the_callers_voice_is_where_it_was_spoken() -> None:
    it = Listening()
    it.frames(QUIET * 50 + voice(1.0) + QUIET * 50)
    it.agent(150)
    [(start, end)] = it.heard().caller
    assert start == pytest.approx(1000, abs=20)
    assert end == pytest.approx(2000, abs=20)


def test_a_burst_of_frames_after_a_stall_shifts_nothing() -> None:
    it = Listening()
    it.frames(QUIET * 50)
    it.agent(50)
    it.clock.advance(0.6)
    it.frames(QUIET * 25 + voice(0.1), every_s=0.0)
    it.frames(voice(0.9) + QUIET * 50)
    [(start, _)] = it.heard().caller
    assert start == pytest.approx(1500, abs=20)


def test_frames_that_were_lost_are_made_up_for() -> None:
    it = Listening()
    it.clock.advance(2.0)
    for _ in range(8):
        it.frames(QUIET * 25)
        it.agent(25)
    it.frames(voice(1.0) + QUIET * 50)
    [(start, _)] = it.heard().caller
    assert start == pytest.approx(6000, abs=20)


def test_keys_are_no_voice() -> None:
    it = Listening()
    it.leg.caller(DigitPressed(digit="1"))
    it.agent(10)
    assert it.heard().caller == []


def test_only_the_newest_stream_is_listened_to() -> None:
    it = Listening()
    it.agent(50)
    it.clock.advance(3.0)
    newer = it.witness.leg(VadGate())
    newer.begin()
    it.agent(50)
    it.leg.caller(SpeechStarted())
    it.leg.caller(SpeechStopped())
    it.leg.way(0.5)
    newer.agent(QUIET * 10)
    heard = it.heard()
    assert (heard.caller, heard.blind, heard.end, heard.way) == ([], [(1000, 3000)], 3200, 0)


def test_the_way_is_the_middle_of_what_the_marks_took_without_those_that_were_lost() -> None:
    it = Listening()
    it.agent(10)
    for way_s in (0.12, 0.08, 9.0, 0.1, -0.001):
        it.leg.way(way_s)
    assert it.heard().way == 90


def test_a_call_that_nobody_streamed_was_not_heard() -> None:
    clock = FakeClock()
    assert EarWitness(began_at=clock.wall(), clock=clock).heard() is None
