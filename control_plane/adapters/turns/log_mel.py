"""The picture of a sound that Whisper's family of models looks at: 80 mel bands, 100 columns a second, logarithmic.

The recipe is that of OpenAI's Whisper as published: 16 kHz, Hann window of 25 ms every 10 ms, Slaney's mel scale from 0
to 8 kHz, eight decades below the loudest point.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from control_plane.core.audio.g711 import ULAW_VALUES

RATE: Final = 16000
_TELEPHONE_RATE: Final = 8000
_WINDOW: Final = 400
_HOP: Final = 160
_BANDS: Final = 80
_FLOOR: Final = 1e-10
_DECADES: Final = 8.0
_QUIETEST_VARIANCE: Final = 1e-7
_TAPS: Final = 63
"""Of the filter that doubles the rate; odd, so that old samples stay as they are."""
_LINEAR_HZ: Final = 200.0 / 3
"""Slaney's scale: so many hertz a mel below the knee, and from there a factor of 6.4 in 27 mels."""
_KNEE_HZ: Final = 1000.0
_KNEE_MEL: Final = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP: Final = np.log(6.4) / 27.0

Floats = NDArray[np.float32]
_LINEAR: Final = np.array(ULAW_VALUES, dtype=np.float32) / 32768.0


def log_mel(pcmu: bytes, *, seconds: float) -> Floats:
    """`(80, 100 * seconds)` of the latest `seconds` of sound; what is missing before it is silence."""
    heard = waveform(pcmu[-int(seconds * _TELEPHONE_RATE) :])
    whole = np.zeros(int(seconds * RATE), dtype=np.float32)
    if len(heard):
        whole[-len(heard) :] = heard
    return features(whole)


def waveform(pcmu: bytes) -> Floats:
    """Telephone sound at 16 kHz, between -1 and 1."""
    samples: Floats = _LINEAR[np.frombuffer(pcmu, dtype=np.uint8)]
    if not len(samples):
        return samples
    spread = np.zeros(2 * len(samples), dtype=np.float32)
    spread[::2] = samples
    return np.asarray(np.convolve(spread, _half_band(), mode="same"), dtype=np.float32)


def features(samples: Floats) -> Floats:
    """Of sound at 16 kHz, brought to mean 0 and variance 1 first."""
    even = (samples - samples.mean()) / np.sqrt(samples.var() + _QUIETEST_VARIANCE)
    padded = np.pad(even.astype(np.float64), _WINDOW // 2, mode="reflect")
    columns = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][: len(samples) // _HOP]
    power = np.abs(np.fft.rfft(columns * _hann(), axis=-1)) ** 2
    decades = np.log10(np.maximum(power @ _mel_bands(), _FLOOR)).T
    decades = np.maximum(decades, decades.max() - _DECADES)
    return np.asarray((decades + 4.0) / 4.0, dtype=np.float32)


@lru_cache(maxsize=1)
def _half_band() -> Floats:
    """A windowed sinc that passes what a telephone can carry, of gain 2 for the zeros between the samples."""
    at = np.arange(_TAPS) - _TAPS // 2
    return (np.sinc(at / 2) * np.kaiser(_TAPS, 6.0)).astype(np.float32)


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float64]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW), dtype=np.float64)


@lru_cache(maxsize=1)
def _mel_bands() -> NDArray[np.float64]:
    """`(201, 80)`: triangles of equal area whose corners are evenly spaced in mels."""
    top = _KNEE_MEL + np.log(RATE / 2 / _KNEE_HZ) / _LOG_STEP
    mels = np.linspace(0.0, top, _BANDS + 2)
    corners = np.where(mels < _KNEE_MEL, mels * _LINEAR_HZ, _KNEE_HZ * np.exp((mels - _KNEE_MEL) * _LOG_STEP))
    bins = np.linspace(0.0, RATE / 2, _WINDOW // 2 + 1)[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    return np.asarray(np.maximum(triangles, 0.0) * (2.0 / (high - low)), dtype=np.float64)
