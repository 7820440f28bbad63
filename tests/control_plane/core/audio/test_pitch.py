"""What repeats like a voice, and what does not."""

import math
import random
from array import array

import pytest

from control_plane.core.audio.frames import FRAME_BYTES
from control_plane.core.audio.g711 import from_pcm16
from control_plane.core.audio.pitch import Sound, sound


def two_frames(samples: list[float]) -> tuple[bytes, bytes]:
    largest = max(abs(sample) for sample in samples) or 1
    audio = from_pcm16(array("h", [round(sample / largest * 12_000) for sample in samples]).tobytes())
    return audio[:FRAME_BYTES], audio[FRAME_BYTES : 2 * FRAME_BYTES]


def tones(*frequencies: float, phase: float = 0.3) -> tuple[bytes, bytes]:
    return two_frames([sum(math.sin(math.tau * hz * n / 8000 + phase) for hz in frequencies) for n in range(320)])


def pulses(pitch: float, formant: float) -> tuple[bytes, bytes]:
    """Every period a ringing that has nearly died away when the next begins, as the throat does it."""
    period = 8000 / pitch
    places = [n % period for n in range(320)]
    return two_frames([math.exp(-place / 25) * math.cos(math.tau * formant * place / 8000) for place in places])


@pytest.mark.parametrize("formant", [350, 450, 550])
@pytest.mark.parametrize("pitch", [75, 90, 120, 160, 200, 250, 300])
def test_a_vowel_is_a_voice_at_any_pitch(pitch: float, formant: float) -> None:
    assert sound(*pulses(pitch, formant)) is Sound.VOICE


@pytest.mark.parametrize("pitch", [75, 120, 200])
def test_a_vowel_that_rings_high_and_pure_may_be_taken_for_a_tone_but_not_for_noise(pitch: float) -> None:
    assert sound(*pulses(pitch, 750)) is not Sound.NOISE


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_noise(seed: int) -> None:
    draw = random.Random(seed)
    assert sound(*two_frames([draw.gauss(0, 1) for _ in range(320)])) is Sound.NOISE


@pytest.mark.parametrize("frequencies", [(50,), (60,), (50, 100), (60, 120), (50, 100, 150), (60, 120, 180)])
def test_mains_hum_repeats_too_slowly(frequencies: tuple[float, ...]) -> None:
    assert all(sound(*tones(*frequencies, phase=phase / 10)) is Sound.NOISE for phase in range(0, 63, 3))


@pytest.mark.parametrize("low", [697, 770, 852, 941])
@pytest.mark.parametrize("high", [1209, 1336, 1477, 1633])
def test_the_keys_of_a_telephone_are_tones(low: float, high: float) -> None:
    assert sound(*tones(low, high)) is Sound.TONE


@pytest.mark.parametrize(("frequency", "phase"), [(1000, 0), (1000, 0.5), (1100, 0), (1400, 1), (2100, 0)])
def test_a_beep_is_no_voice(frequency: float, phase: float) -> None:
    assert sound(*tones(frequency, phase=phase)) is not Sound.VOICE


def test_silence_is_noise() -> None:
    assert sound(b"\xff" * FRAME_BYTES, b"\xff" * FRAME_BYTES) is Sound.NOISE
