"""What is noted of a call while it goes on, from frames."""

import math
from array import array

from control_plane.core.audio import ear_meter
from control_plane.core.audio.ear_meter import EarMeter
from control_plane.core.audio.ear_report import Heard
from control_plane.core.audio.frames import FRAME_BYTES, SILENCE, Encoding
from control_plane.core.audio.g711 import from_pcm16

QUIET = SILENCE[Encoding.PCMU]


def tone(frames: int, level: float = 0.3) -> bytes:
    samples = (int(level * 32767 * math.sin(at * 0.5)) for at in range(frames * FRAME_BYTES))
    return from_pcm16(array("h", samples).tobytes())


def heard(meter: EarMeter) -> Heard:
    found = meter.heard()
    assert found is not None
    return found


def test_without_audio_there_is_nothing_to_tell() -> None:
    assert EarMeter().heard() is None


def test_the_agents_first_and_last_audible_frames_are_exact() -> None:
    meter = EarMeter()
    meter.agent(100, QUIET * 7 + tone(20) + QUIET * 40 + tone(5))
    assert heard(meter).agent == [(240, 640), (1440, 1540)]
    assert (heard(meter).start, heard(meter).end) == (100, 1540)


def test_a_pause_between_words_is_part_of_the_sound() -> None:
    meter = EarMeter()
    meter.agent(0, tone(10) + QUIET * 10 + tone(10))
    assert heard(meter).agent == [(0, 600)]


def test_the_hiss_of_a_voice_at_rest_is_not_audible() -> None:
    meter = EarMeter()
    meter.agent(0, tone(50, level=0.001))
    assert heard(meter).agent == []


def test_the_callers_voice_is_noted_with_its_ends_and_one_that_goes_on_ends_with_the_audio() -> None:
    meter = EarMeter()
    meter.agent(0, QUIET * 100)
    meter.caller_began(200)
    meter.caller_ended(700)
    meter.caller_began(1900)
    meter.over(2000)
    meter.caller_ended(2100)
    assert heard(meter).caller == [(200, 700), (1900, 2000)]


def test_a_voice_that_breaks_off_within_a_sound_has_a_hole() -> None:
    meter = EarMeter()
    meter.agent(0, tone(20) + QUIET * 6 + tone(20))
    assert heard(meter).holes == [(400, 520)]


def test_a_voice_that_fades_and_rises_has_paused() -> None:
    meter = EarMeter()
    meter.agent(0, tone(20) + tone(1, level=0.004) + QUIET * 6 + tone(1, level=0.004) + tone(20))
    assert heard(meter).holes == []


def test_who_falls_silent_for_the_caller_has_no_hole() -> None:
    meter = EarMeter()
    meter.caller_began(380)
    meter.agent(0, tone(20) + QUIET * 6 + tone(20))
    meter.caller_ended(900)
    meter.agent(920, QUIET * 50 + tone(20) + QUIET * 5 + tone(5))
    assert heard(meter).holes == [(2320, 2420)]


def test_the_time_between_two_streams_is_not_known() -> None:
    meter = EarMeter()
    meter.agent(0, QUIET * 50)
    meter.over(1000)
    meter.agent(5000, QUIET * 50)
    assert heard(meter).blind == [(1000, 5000)]


def test_a_call_without_end_takes_no_memory_without_end() -> None:
    meter = EarMeter()
    for at in range(3 * ear_meter.LIMIT):
        meter.caller_began(at * 1000)
        meter.caller_ended(at * 1000 + 500)
    meter.agent(0, QUIET)
    assert len(heard(meter).caller) == ear_meter.LIMIT
