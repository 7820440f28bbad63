"""The picture of a sound, against values that another implementation of the same recipe computed."""

import numpy as np
import pytest

from control_plane.adapters.turns.log_mel import RATE, features, log_mel, waveform
from control_plane.core.audio.g711 import from_pcm16

REFERENCE = {
    (0, 310): 0.82027,
    (5, 400): 1.14096,
    (12, 500): 1.54036,
    (20, 650): 0.77207,
    (33, 700): 1.40493,
    (60, 799): 0.55071,
    (79, 450): 0.87597,
    (40, 100): 0.85241,
}
"""Of `reference_sound`, by `WhisperFeatureExtractor(chunk_length=8)` of transformers 5.23 with `do_normalize`."""


def reference_sound() -> np.ndarray:
    """Noise that swells three times a second, and in its second half a tone."""
    at = np.arange(8 * RATE)
    noise = ((at * 7919 % 1000) / 1000 - 0.5) * (1 + np.sin(2 * np.pi * 3 * at / RATE)) * 0.3
    return (noise + 0.3 * np.sin(2 * np.pi * 440 * at / RATE) * (at > 64000)).astype(np.float32)


def telephone(hertz: float, seconds: float) -> bytes:
    at = np.arange(int(8000 * seconds))
    return from_pcm16((np.sin(2 * np.pi * hertz * at / 8000) * 16000).astype("<i2").tobytes())


def test_the_values_are_those_of_the_reference() -> None:
    seen = features(reference_sound())
    assert seen.shape == (80, 800)
    for place, value in REFERENCE.items():
        assert seen[place] == pytest.approx(value, abs=2e-5)


def test_telephone_sound_keeps_its_pitch_at_twice_the_rate() -> None:
    for hertz in (200.0, 1000.0, 3000.0):
        sound = waveform(telephone(hertz, 1.0))
        spectrum = np.abs(np.fft.rfft(sound))
        assert len(sound) == RATE
        assert int(spectrum.argmax()) == round(hertz)
        mirror = spectrum[int(8000 - hertz) - 5 : int(8000 - hertz) + 6].max()
        assert mirror < spectrum.max() / 100


def test_a_short_sound_stands_at_the_end_and_silence_before_it() -> None:
    seen = log_mel(telephone(440.0, 1.0), seconds=8.0)
    assert seen.shape == (80, 800)
    assert seen[:, :690].max() < seen[:, 710:790].max() - 1.0


def test_of_a_long_sound_only_the_latest_counts() -> None:
    late = telephone(440.0, 8.0)
    assert np.array_equal(log_mel(telephone(900.0, 3.0) + late, seconds=8.0), log_mel(late, seconds=8.0))


def test_no_sound_at_all_is_silence() -> None:
    assert waveform(b"").size == 0
    assert np.ptp(log_mel(b"", seconds=8.0)) == 0.0
