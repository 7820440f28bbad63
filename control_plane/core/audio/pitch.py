"""Whether a sound repeats with the pitch of a voice, judged by the signs of its samples.

The signs of two frames are 320 bits of one integer, so comparing a sound with itself a lag later is one shift, one
exclusive or and one count. A voice differs from itself in few signs at the lag of its pitch and in many at some shorter
lag. Noise differs in about half of them at any lag, and mains hum repeats too slowly to show such a peak.
"""

from enum import Enum, auto
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE

_SHORTEST_LAG: Final = SAMPLE_RATE // 400
"""The period of the highest pitch."""
_LONGEST_LAG: Final = SAMPLE_RATE // 70
"""The period of the lowest pitch: mains hum, of 60 Hz at most, repeats later."""
_FIRST_LAG: Final = 4
"""From here on a dip is looked for; samples that are closer are alike in any sound."""
_LAGS: Final = range(_FIRST_LAG, _LONGEST_LAG + 2)
"""One more than the longest period, so that its neighbour can show that it is a peak."""
_SHORTEST: Final = _SHORTEST_LAG - _FIRST_LAG
"""The place of the shortest period in `_LAGS`."""
_COMPARED: Final = 2 * FRAME_BYTES - _LAGS[-1]
"""So many samples are compared with those a lag before: two frames, less what the longest lag needs."""
_MASK: Final = (1 << _COMPARED) - 1
_MOST_DIFFERENT: Final = round(0.30 * _COMPARED)
"""At the pitch at most so many signs differ; a voice 5 dB over the noise of its line stays below it."""
_LEAST_DIP: Final = round(0.25 * _COMPARED)
"""At some shorter lag so many more differ."""
_TONE_OPPOSITE: Final = round(0.85 * _COMPARED)
"""Tones, also two at once, turn nearly into their opposite at some lag; voices are too rich for that, mostly."""
_TONE_CROSSINGS: Final = round(0.16 * _COMPARED)
"""So many changes of sign are 640 Hz; the keys of a telephone begin at 697 Hz."""
_SIGN_DIGITS: Final = b"0" * 128 + b"1" * 128
"""The sign of each PCMU byte as a binary digit."""


class Sound(Enum):
    """What two frames sound like."""

    NOISE = auto()
    """Nothing repeats: noise, silence, hum."""
    VOICE = auto()
    """There is a pitch between 70 and 400 Hz."""
    TONE = auto()
    """There is one, but it may come of one or two tones of 640 Hz and more; few vowels are so pure, all keys are."""


def sound(before: bytes, frame: bytes) -> Sound:
    """Listens to the second of two frames of PCMU that follow each other."""
    signs = int((before + frame).translate(_SIGN_DIGITS), 2)
    newest = signs & _MASK
    differ = [(newest ^ signs >> lag & _MASK).bit_count() for lag in _LAGS]
    least = min(differ[_SHORTEST:-1])
    if least > _MOST_DIFFERENT:
        return Sound.NOISE
    place = differ.index(least, _SHORTEST)
    is_peak = differ[place - 1] >= least <= differ[place + 1]
    if not is_peak or max(differ[:place]) - least < _LEAST_DIP:
        return Sound.NOISE
    crossings = (newest ^ signs >> 1 & _MASK).bit_count()
    pure = max(differ) >= _TONE_OPPOSITE or min(differ[:_SHORTEST]) <= least
    return Sound.TONE if pure and crossings >= _TONE_CROSSINGS else Sound.VOICE
