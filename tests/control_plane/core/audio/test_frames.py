"""The unit of telephone audio."""

from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS, SAMPLE_RATE, SILENCE, Encoding, seconds
from control_plane.core.audio.g711 import ALAW_VALUES, ULAW_VALUES


def test_a_frame_lasts_twenty_milliseconds() -> None:
    assert (FRAME_MS, FRAME_BYTES, seconds(FRAME_BYTES), seconds(SAMPLE_RATE)) == (20, 160, 0.02, 1.0)


def test_silence_is_a_frame_of_the_smallest_value_of_each_law() -> None:
    assert {encoding: len(frame) for encoding, frame in SILENCE.items()} == dict.fromkeys(Encoding, FRAME_BYTES)
    assert {ULAW_VALUES[code] for code in SILENCE[Encoding.PCMU]} == {0}
    assert {ALAW_VALUES[code] for code in SILENCE[Encoding.PCMA]} == {min(map(abs, ALAW_VALUES))}
