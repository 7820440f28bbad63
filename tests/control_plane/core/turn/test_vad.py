"""The gate opens for voices, and for nothing else that is heard on a telephone line."""

import math
import random
from array import array
from collections.abc import Iterable
from functools import lru_cache

import pytest

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE
from control_plane.core.audio.g711 import from_pcm16
from control_plane.core.turn.events import SpeechStarted, SpeechStopped
from control_plane.core.turn.vad import VadGate, VadPolicy

SILENCE = b"\xff" * FRAME_BYTES
LEAD = 10
HANGOVER_S = VadPolicy().stop_frames * 0.02
"""Frames before the sound begins."""
FORMANTS = [(750, 1250), (480, 1850), (320, 2250), (480, 950), (340, 800)]
"""Of the five Spanish vowels."""


def pcmu(samples: Iterable[float]) -> bytes:
    limited = (max(-32768, min(32767, round(sample))) for sample in samples)
    return from_pcm16(array("h", limited).tobytes())


def at_level(samples: list[float], dbfs: float) -> list[float]:
    """The samples with that root mean square."""
    rms = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    return [sample * 32768 * 10 ** (dbfs / 20) / rms for sample in samples]


def count(length_s: float) -> int:
    return round(length_s * SAMPLE_RATE)


@lru_cache
def voice(pitch: float, vowel: int, length_s: float = 0.6) -> list[float]:
    """Five syllables a second of one vowel, with a wandering pitch."""
    first, second = FORMANTS[vowel]
    draw = random.Random(vowel)
    parts = []
    for number in range(1, int(3400 / pitch) + 1):
        near_first = math.exp(-(((number * pitch - first) / 180) ** 2))
        near_second = math.exp(-(((number * pitch - second) / 260) ** 2))
        parts.append((number, 0.1 + near_first + 0.5 * near_second, draw.uniform(0, math.tau)))
    samples, phase = [], 0.0
    for n in range(count(length_s)):
        time = n / SAMPLE_RATE
        phase += math.tau * pitch * (1 + 0.05 * math.sin(16 * time)) / SAMPLE_RATE
        syllable = time % 0.2 / 0.2
        envelope = min(1.0, syllable / 0.15 + 0.05) * min(1.0, (1 - syllable) / 0.3)
        samples.append(envelope * sum(size * math.sin(number * phase + shift) for number, size, shift in parts))
    return samples


def white(length_s: float, seed: int) -> list[float]:
    draw = random.Random(seed)
    return [draw.gauss(0, 1) for _ in range(count(length_s))]


def pink(length_s: float, seed: int) -> list[float]:
    """White noise through three leaky integrators: 3 dB less an octave."""
    slow = middle = fast = 0.0
    samples = []
    for sample in white(length_s, seed):
        slow = 0.99765 * slow + 0.099 * sample
        middle = 0.963 * middle + 0.2965 * sample
        fast = 0.57 * fast + 1.0527 * sample
        samples.append(slow + middle + fast + 0.1848 * sample)
    return samples


def tones(length_s: float, *frequencies: float) -> list[float]:
    return [sum(math.sin(math.tau * hz * n / SAMPLE_RATE + hz) for hz in frequencies) for n in range(count(length_s))]


def cough(length_s: float, seed: int, colour: str) -> list[float]:
    """A burst that comes within 10 ms and dies away."""
    noise = white(length_s, seed) if colour == "white" else pink(length_s, seed)
    return [sample * min(1, n / 80) * math.exp(-3 * n / len(noise)) for n, sample in enumerate(noise)]


def slam(seed: int, resonance: float) -> list[float]:
    """A crack and the boom of a door, gone in a tenth of a second."""
    boom, before, samples = 0.0, 0.0, []
    for n, crack in enumerate(white(0.3, seed)):
        boom, before = crack + 1.98 * math.cos(math.tau * resonance / SAMPLE_RATE) * boom - 0.98 * before, boom
        samples.append((boom + 4 * crack) * math.exp(-n / count(0.04)))
    return samples


def embedded(samples: list[float], *, lead: int = LEAD * FRAME_BYTES, tail_s: float = 0.6) -> list[float]:
    return [0.0] * lead + samples + [0.0] * count(tail_s)


def over(samples: list[float], noise: list[float]) -> list[float]:
    return [sample + other for sample, other in zip(samples, noise, strict=False)]


def events(audio: bytes, gate: VadGate | None = None) -> list[tuple[int, SpeechStarted | SpeechStopped]]:
    """What happened, with the number of the frame (from 1) with which it did."""
    gate = gate or VadGate()
    frames = (audio[start : start + FRAME_BYTES] for start in range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES))
    return [(number, event) for number, frame in enumerate(frames, 1) if (event := gate.feed(frame)) is not None]


@pytest.mark.parametrize("vowel", range(5))
@pytest.mark.parametrize("pitch", [90, 130, 180, 250])
@pytest.mark.parametrize("dbfs", [-30, -20, -10])
def test_a_voice_starts_speech_within_a_tenth_of_a_second_and_silence_ends_it(
    pitch: float, vowel: int, dbfs: float
) -> None:
    (started, start), (_, stop) = events(pcmu(embedded(at_level(voice(pitch, vowel), dbfs))))
    assert (start, stop) == (SpeechStarted(), SpeechStopped(silent_s=HANGOVER_S))
    assert LEAD < started <= LEAD + 5


@pytest.mark.parametrize("pitch", [80, 110, 150, 210])
def test_a_vowel_that_rings_as_purely_as_a_tone_still_starts_speech(pitch: float) -> None:
    envelope = [min(1, n / 800) * (1 - n / 4800) for n in range(4800)]
    ringing = [
        math.exp(-(n % (8000 / pitch)) / 25) * math.cos(math.tau * 750 * (n % (8000 / pitch)) / 8000)
        for n in range(4800)
    ]
    pure = [loud * sample for loud, sample in zip(envelope, ringing, strict=True)]
    (started, _), _ = events(pcmu(embedded(at_level(pure, -20))))
    assert LEAD < started <= LEAD + 6


@pytest.mark.parametrize("vowel", range(5))
@pytest.mark.parametrize("pitch", [100, 160, 230])
@pytest.mark.parametrize("dbfs", [-30, -20])
def test_a_voice_on_a_noisy_line_starts_speech_once(pitch: float, vowel: int, dbfs: float) -> None:
    spoken = embedded(at_level(voice(pitch, vowel), dbfs))
    noise = at_level(white(len(spoken) / SAMPLE_RATE, vowel), -35)
    (started, start), (_, stop) = events(pcmu(over(spoken, noise)))
    assert (start, stop) == (SpeechStarted(), SpeechStopped(silent_s=HANGOVER_S))
    assert LEAD < started <= LEAD + 7


def test_after_seconds_of_noise_a_voice_still_starts_and_its_end_is_noticed_in_time() -> None:
    spoken = embedded(at_level(voice(130, 0), -22), lead=200 * FRAME_BYTES, tail_s=1.0)
    noise = at_level(white(len(spoken) / SAMPLE_RATE, 1), -35)
    (started, _), (stopped, _) = events(pcmu(over(spoken, noise)))
    assert 200 < started <= 205
    assert stopped <= 230 + VadPolicy().stop_frames


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("length_s", [0.15, 0.25, 0.35])
def test_a_cough_is_no_speech(length_s: float, colour: str, seed: int) -> None:
    burst = cough(length_s, seed, colour)
    for dbfs in (-30, -10):
        assert events(pcmu(embedded(at_level(burst, dbfs), lead=1600 + 37 * seed))) == []


@pytest.mark.parametrize("length", [1, 8, 40, 160])
def test_a_click_is_no_speech(length: int) -> None:
    assert events(pcmu(embedded([30_000.0, -30_000.0] * length))) == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("resonance", [90, 150, 300])
def test_a_slammed_door_is_no_speech(resonance: float, seed: int) -> None:
    assert events(pcmu(embedded(at_level(slam(seed, resonance), -15)))) == []


@pytest.mark.parametrize("noise", [white, pink])
@pytest.mark.parametrize("dbfs", [-45, -35, -25])
def test_line_noise_is_no_speech(noise: object, dbfs: float) -> None:
    assert callable(noise)
    assert events(pcmu(at_level(noise(4.0, 7), dbfs))) == []


@pytest.mark.parametrize("frequencies", [(50,), (60,), (50, 100, 150), (60, 120, 180)])
@pytest.mark.parametrize("dbfs", [-35, -20])
def test_mains_hum_is_no_speech(frequencies: tuple[float, ...], dbfs: float) -> None:
    assert events(SILENCE * 3 + pcmu(at_level(tones(3.0, *frequencies), dbfs))) == []


@pytest.mark.parametrize("low", [697, 770, 852, 941])
@pytest.mark.parametrize("high", [1209, 1336, 1477])
@pytest.mark.parametrize("offset", [0, 75])
def test_a_pressed_key_is_no_speech(low: float, high: float, offset: int) -> None:
    key = embedded(at_level(tones(0.25, low, high), -15), lead=1600 + offset)
    assert events(pcmu(over(key, at_level(white(len(key) / SAMPLE_RATE, 3), -45)))) == []


def test_silence_is_no_speech() -> None:
    assert events(SILENCE * 500) == []


def test_a_voice_too_quiet_for_the_line_is_no_speech() -> None:
    assert events(pcmu(embedded(at_level(voice(130, 0), -50)))) == []


def test_a_pause_between_words_does_not_end_the_speech_but_a_longer_one_does() -> None:
    word = pcmu(at_level(voice(130, 1, 0.4), -20))
    assert len(events(word + SILENCE * 4 + word + SILENCE * 30)) == 2
    assert len(events(word + SILENCE * 20 + word + SILENCE * 30)) == 4


def test_speech_ends_a_fixed_number_of_quiet_frames_after_the_last_loud_one() -> None:
    word = pcmu(at_level(voice(130, 1, 0.54), -20))
    for stop_frames in (5, 12, 30):
        _, (stopped, _) = events(word + SILENCE * 40, VadGate(VadPolicy(stop_frames=stop_frames)))
        assert stopped == len(word) // FRAME_BYTES + stop_frames


def test_a_hiss_within_a_word_belongs_to_the_speech_but_noise_that_goes_on_does_not() -> None:
    vowel = at_level(voice(130, 0, 0.4), -20)
    assert len(events(pcmu(vowel + at_level(white(0.2, 1), -22) + vowel) + SILENCE * 30)) == 2
    (_, _), (stopped, stop) = events(pcmu(vowel + at_level(white(2.0, 1), -22)))
    assert stop == SpeechStopped(silent_s=HANGOVER_S)
    assert stopped <= 20 + VadPolicy().unvoiced_frames + VadPolicy().stop_frames + 1


def test_it_tells_how_long_ago_the_first_loud_frame_was() -> None:
    gate = VadGate()
    audio = pcmu(embedded(at_level(voice(130, 0), -20)))
    ages = []
    for start in range(0, len(audio), FRAME_BYTES):
        gate.feed(audio[start : start + FRAME_BYTES])
        ages.append(gate.loud_since)
    started = ages.index(next(age for age in ages if age is not None))
    assert gate.frames == len(ages)
    assert ages[started] == started + 1 - LEAD
    assert ages[-1] is None
