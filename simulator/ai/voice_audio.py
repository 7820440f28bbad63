"""The sound of a synthesised voice: pieces of speech and their alignment, and ElevenLabs' names of formats."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.audio.g711 import ULAW_TO_ALAW, ULAW_TO_LINEAR
from simulator.audio.speech import char_starts_ms, speech

RATE: Final = 8000
_FIRST_PIECE: Final = RATE // 5
_PIECE: Final = RATE * 2 // 5
_ONE: Final = tuple(array("h", [sample]).tobytes() for sample in ULAW_TO_LINEAR)
_TWO: Final = tuple(sample * 2 for sample in _ONE)
FORMATS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "ulaw_8000": lambda audio: audio,
    "alaw_8000": lambda audio: audio.translate(ULAW_TO_ALAW),
    "pcm_8000": lambda audio: b"".join(map(_ONE.__getitem__, audio)),
    "pcm_16000": lambda audio: b"".join(map(_TWO.__getitem__, audio)),
}
"""From PCMU at 8 kHz. There is no encoder for MP3 or Opus: they are refused, the service's default among them."""
DEFAULT_FORMAT: Final = "mp3_44100_128"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Audio of up to 0.4 s and the characters that begin in it."""

    audio: bytes
    """PCMU."""
    at_s: float
    """Where it begins in its utterance."""
    characters: str
    starts_ms: tuple[int, ...]
    """From the beginning of the piece."""
    durations_ms: tuple[int, ...]

    @property
    def alignment(self) -> dict[str, Any]:
        return {
            "chars": list(self.characters),
            "charStartTimesMs": list(self.starts_ms),
            "charDurationsMs": list(self.durations_ms),
        }


def pieces(text: str, voice: str) -> Iterator[Piece]:
    """The speech of `text`, cut for sending: a short piece first."""
    audio = speech(text, voice=voice)
    starts = char_starts_ms(text)
    ends = [*starts[1:], len(audio) * 1000 // RATE]
    begin = place = 0
    while begin < len(audio):
        end = min(begin + (_PIECE if begin else _FIRST_PIECE), len(audio))
        last = place
        while last < len(starts) and (starts[last] * RATE < end * 1000 or end == len(audio)):
            last += 1
        began_ms = begin * 1000 // RATE
        yield Piece(
            audio=audio[begin:end],
            at_s=begin / RATE,
            characters=text[place:last],
            starts_ms=tuple(start - began_ms for start in starts[place:last]),
            durations_ms=tuple(ends[index] - starts[index] for index in range(place, last)),
        )
        begin, place = end, last
