"""WAV files of telephone sound."""

import struct
import sys
from array import array

from simulator.audio.g711 import ALAW_TO_ULAW, SILENCE, from_pcm16

_PCM, _ALAW, _ULAW = 1, 6, 7


class UnplayableAudio(ValueError):
    """The bytes are no WAV file of PCM16 or G.711."""


def write_ulaw(*channels: bytes) -> bytes:
    """A µ-law WAV at 8 kHz of one or two channels; the shorter one is filled up with silence."""
    count = len(channels)
    length = max(map(len, channels), default=0)
    data = bytearray([SILENCE]) * (length * count)
    for number, channel in enumerate(channels):
        data[number : len(channel) * count : count] = channel
    form = struct.pack("<HHIIHHH", _ULAW, count, 8000, 8000 * count, count, 8, 0)
    fact = struct.pack("<I", length)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"fact" + struct.pack("<I", 4) + fact
    body += b"data" + struct.pack("<I", len(data)) + bytes(data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def read_ulaw(data: bytes) -> bytes:
    """The sound of a WAV file as PCMU at 8 kHz mono: first channel, any rate. Raises UnplayableAudio."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise UnplayableAudio("no RIFF WAVE header")
    chunks = _chunks(data)
    if len(chunks.get(b"fmt ", b"")) < 16 or b"data" not in chunks:
        raise UnplayableAudio("fmt or data chunk missing")
    form, channels, rate, _, block, bits = struct.unpack("<HHIIHH", chunks[b"fmt "][:16])
    sound = chunks[b"data"]
    if (form, bits) in ((_ULAW, 8), (_ALAW, 8)) and rate == 8000:
        mono = sound[::channels]
        return mono if form == _ULAW else mono.translate(ALAW_TO_ULAW)
    if (form, bits) == (_PCM, 16) and channels and block == 2 * channels and rate >= 8000:
        return from_pcm16(_at_8k(sound[: len(sound) // block * block], channels, rate=rate))
    raise UnplayableAudio(f"format {form} with {bits} bits at {rate} Hz")


def _chunks(data: bytes) -> dict[bytes, bytes]:
    found = {}
    place = 12
    while place + 8 <= len(data):
        name = data[place : place + 4]
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        # A writer that streams leaves the size of the last chunk open (0 or 0xFFFFFFFF).
        size = size if 0 < size <= len(data) - place - 8 else len(data) - place - 8
        found[name] = data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    return found


def _at_8k(pcm: bytes, channels: int, *, rate: int) -> bytes:
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    mono = samples[::channels]
    if rate == 8000:
        return mono.tobytes()
    step = rate / 8000
    return array("h", [mono[int(index * step)] for index in range(int(len(mono) / step))]).tobytes()
