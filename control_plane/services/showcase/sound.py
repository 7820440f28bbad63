"""Murmurs that look and sound like two people on the telephone, for recordings of calls that never were."""

import io
import math
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from control_plane.core.audio.frames import SAMPLE_RATE

PITCH_HZ: Final = {"agent": 210.0, "caller": 125.0}
SYLLABLES_HZ: Final = 4.2
LOUD: Final = 7000
REPEATS_S: Final = 7
"""A voice says the same again after so many seconds."""


@dataclass(frozen=True, slots=True)
class Murmur:
    """Somebody speaks, from one second of the call to another."""

    speaker: str
    start: float
    end: float


def recording(murmurs: Iterable[Murmur], *, length_s: float) -> bytes:
    """A stereo WAV, 16 bits, 8 kHz: the caller left, the agent right, as recordings of calls are."""
    samples = int(length_s * SAMPLE_RATE)
    both = array("h", bytes(4 * samples))
    for murmur in murmurs:
        side = 1 if murmur.speaker == "agent" else 0
        first, last = int(murmur.start * SAMPLE_RATE), min(samples, int(murmur.end * SAMPLE_RATE))
        voice = _voice(murmur.speaker)
        said = (voice * (1 + max(0, last - first) // len(voice)))[: max(0, last - first)]
        both[2 * first + side : 2 * last + side : 2] = said
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLE_RATE)
        audio.writeframes(both.tobytes())
    return file.getvalue()


@cache
def _voice(speaker: str) -> "array[int]":
    """Some seconds of a glottal pulse with three overtones, opened and closed as often as syllables follow each
    other."""
    pitch = PITCH_HZ[speaker]
    samples = array("h")
    for n in range(REPEATS_S * SAMPLE_RATE):
        at = n / SAMPLE_RATE
        phase = 2 * math.pi * pitch * (1 + 0.06 * math.sin(1.7 * at)) * at
        tone = (
            math.sin(phase) + 0.5 * math.sin(2 * phase + 0.3) + 0.33 * math.sin(5 * phase) + 0.2 * math.sin(9 * phase)
        )
        syllable = max(0.0, math.sin(2 * math.pi * SYLLABLES_HZ * at + 0.8 * math.sin(0.9 * at))) ** 0.6
        samples.append(int(LOUD * 0.5 * tone * syllable))
    return samples
