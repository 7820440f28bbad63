"""The sound of an echo call, and how long it took from the mouth to the ear.

mouth   ▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁▁▁     frames of 20 ms, a burst of tone every 600 ms
ear     ▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁█▁▁     what came back, played as a carrier plays it
             ├─┤ delay
"""

import math
import statistics
import struct
from dataclasses import dataclass
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS, SAMPLE_RATE, SILENCE, Encoding
from control_plane.core.audio.g711 import from_pcm16, loudness

BURSTS: Final = 6
BEFORE_FRAMES: Final = 10
"""Silence at the beginning, so that the first burst meets a stream that already runs."""
BURST_FRAMES: Final = 4
PERIOD_FRAMES: Final = 30
AFTER_FRAMES: Final = 25
"""Silence at the end, in which the last burst comes back."""
FRAMES: Final = BEFORE_FRAMES + BURSTS * PERIOD_FRAMES + AFTER_FRAMES

LOUD_DBFS: Final = -30.0
TONE_HZ: Final = 1000
AMPLITUDE: Final = 16000


def _tone() -> bytes:
    """A frame holds a whole number of periods, so frames follow each other without a click."""
    turn = 2 * math.pi * TONE_HZ / SAMPLE_RATE
    samples = (round(AMPLITUDE * math.sin(turn * number)) for number in range(FRAME_BYTES))
    return from_pcm16(struct.pack(f"<{FRAME_BYTES}h", *samples))


TONE: Final = _tone()


def frame(number: int) -> bytes:
    """What the mouth says in the frame with this number, PCMU."""
    place = number - BEFORE_FRAMES
    sounding = 0 <= place < BURSTS * PERIOD_FRAMES and place % PERIOD_FRAMES < BURST_FRAMES
    return TONE if sounding else SILENCE[Encoding.PCMU]


def begins_burst(number: int) -> bool:
    place = number - BEFORE_FRAMES
    return 0 <= place < BURSTS * PERIOD_FRAMES and place % PERIOD_FRAMES == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoResult:
    """What an echo call has measured."""

    sent: int
    """Bursts."""
    returned: int
    delay_s: float
    """From the first sound of a burst at the mouth to its first sound at the ear; the median."""
    jitter_s: float
    """Between the quickest and the slowest burst."""


class EchoMeter:
    """Compares what was said with what came back. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._said: list[float] = []
        self._heard: list[float] = []
        self._free_at = 0.0
        """When the carrier's queue is played out."""
        self._sounding = False
        self._rest = b""

    def said(self, number: int, now: float) -> None:
        """The frame with this number left the mouth; its sound began a frame's length before."""
        if begins_burst(number):
            self._said.append(now - FRAME_MS / 1000)

    def heard(self, audio: bytes, now: float) -> None:
        """PCMU came back: it is played at once or when what came before is over."""
        if self._free_at < now:
            self._free_at, self._rest = now, b""
        audio = self._rest + audio
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._rest = audio[whole:]
        for begin in range(0, whole, FRAME_BYTES):
            sounding = loudness(audio[begin : begin + FRAME_BYTES]) > LOUD_DBFS
            if sounding and not self._sounding:
                self._heard.append(self._free_at)
            self._sounding = sounding
            self._free_at += FRAME_MS / 1000

    def result(self) -> EchoResult:
        """Each burst is the first one heard after it was said and before the next one was."""
        period = PERIOD_FRAMES * FRAME_MS / 1000
        delays = []
        for said in self._said:
            found = next((heard - said for heard in self._heard if 0 <= heard - said < period), None)
            if found is not None:
                delays.append(found)
        return EchoResult(
            sent=len(self._said),
            returned=len(delays),
            delay_s=statistics.median(delays) if delays else 0.0,
            jitter_s=max(delays) - min(delays) if delays else 0.0,
        )
