"""Speech-like sounds made of arithmetic: the same words always give the same bytes.

A word becomes syllables: a short unvoiced consonant, then a voiced vowel of many harmonics with formants, under an
envelope. Spaces and punctuation are gaps. Every character lasts equally long, about 14 a second, so that the time of a
word follows from its place in the text. The lowest bit of every µ-law byte is drawn from text and voice: nobody hears
it, and it makes each stretch of each text unlike any other, so that bytes on the wire identify what was said.
"""

import math
import random
from functools import lru_cache
from typing import Final
from zlib import crc32

from simulator.audio.g711 import SILENCE, encode, mix

RATE: Final = 8000
FRAME: Final = 160
"""Bytes of 20 ms."""
CHARACTERS_PER_SECOND: Final = 14.0
_ONE_ZERO: Final = bytes.maketrans(b"\x7f", b"\x7e")
"""µ-law has two zeros; who decodes and encodes again returns only one, and the bytes would not be known again."""
_SHORTEST_S: Final = 0.4
"""Even a one-letter word is as long as this; the characters stretch."""
_VOICED_RMS: Final = 5600.0
"""Peak of a syllable's envelope; a whole sentence then averages −18 dBFS."""
_CONSONANT_RMS: Final = 900.0
_GAPS: Final = frozenset(" .,;:!?¡¿…-—()\"'\n")
_FORMANTS: Final = {"a": (750, 1250), "e": (480, 1850), "i": (320, 2250), "o": (480, 950), "u": (340, 800)}
"""Hz of the two lowest formants."""
_VOWEL_OF: Final = str.maketrans("áéíóúüàèìòùäëïöAEIOUÁÉÍÓÚ0123456789", "aeiouuaeiouaeioaeiouaeiououeoaiiaee")
_WAVE: Final = 256
"""Points of one period of a vowel."""


@lru_cache(maxsize=512)
def speech(text: str, *, voice: str = "caller") -> bytes:
    """PCMU at 8 kHz, a whole number of 20 ms frames; an empty text is empty."""
    words = _words(text)
    if not words:
        return b""
    length = math.ceil(len(text) * _character_s(text) * RATE / FRAME) * FRAME
    audio = bytearray([SILENCE]) * length
    pitch = _pitch(voice)
    count = sum(len(syllables) for _, syllables in words)
    spoken = 0
    for start, syllables in words:
        for onset, letters in syllables:
            contour = 1.12 - 0.24 * spoken / count + 0.05 * math.sin(spoken * 2.1)
            begin = round((start + onset) * _character_s(text) * RATE)
            size = round(len(letters) * _character_s(text) * RATE)
            sound = _syllable(letters, size, pitch=round(pitch * contour / 6) * 6)
            audio[begin : begin + len(sound)] = sound[: length - begin]
            spoken += 1
    return watermarked(bytes(audio), f"{voice}\0{text}")


def char_starts_ms(text: str) -> list[int]:
    """When each character of `speech(text)` begins."""
    step = _character_s(text) * 1000
    return [round(index * step) for index in range(len(text))]


def watermarked(audio: bytes, seed: str) -> bytes:
    """The same sound with its lowest bits drawn from `seed`: unlike any other stretch, and not audibly so."""
    size = len(audio)
    drawn = random.Random(seed).getrandbits(8 * size) & int.from_bytes(b"\x01" * size)
    kept = int.from_bytes(audio) & int.from_bytes(b"\xfe" * size)
    return (drawn | kept).to_bytes(size).translate(_ONE_ZERO)


@lru_cache(maxsize=64)
def cough(seed: int = 0) -> bytes:
    """A third of a second of noise in two bursts, as loud as speech."""
    draw = random.Random(seed)
    samples = []
    for index in range(16 * FRAME):
        place = index % (8 * FRAME) / (8 * FRAME)
        samples.append(round(draw.gauss(0.0, 6500.0) * math.exp(-5 * place) * min(1.0, place * 30)))
    return watermarked(encode(samples), f"cough {seed}")


@lru_cache(maxsize=64)
def burst(seed: int = 0, seconds: float = 0.4, *, dbfs: float = -24.0) -> bytes:
    """Even noise of some tenths of a second: a gust, a lorry, a bad contact."""
    draw = random.Random(seed)
    rms = 32768 * 10 ** (dbfs / 20)
    samples = [round(draw.gauss(0.0, rms)) for _ in range(round(seconds * 50) * FRAME)]
    return watermarked(encode(samples), f"burst {seed}")


@lru_cache(maxsize=16)
def line_noise(seed: int = 0, dbfs: float = -35.0) -> bytes:
    """Two seconds of steady comfort noise that may be repeated."""
    draw = random.Random(seed)
    rms = 32768 * 10 ** (dbfs / 20)
    return encode([round(draw.gauss(0.0, rms)) for _ in range(2 * RATE)])


@lru_cache(maxsize=1)
def beep() -> bytes:
    """Half a second of 1 kHz."""
    return encode([round(9000 * math.sin(2 * math.pi * index / 8)) for index in range(RATE // 2)])


def over_noise(audio: bytes, noise: bytes) -> bytes:
    """`audio` on a noisy line."""
    repeats = len(audio) // len(noise) + 1
    return mix(audio, (noise * repeats)[: len(audio)])


def _character_s(text: str) -> float:
    return max(1 / CHARACTERS_PER_SECOND, _SHORTEST_S / max(len(text), 1))


def _pitch(voice: str) -> float:
    """Hz; each voice has its own between 105 and 215, so that contours stay within 90 to 250."""
    return 105 + crc32(voice.encode()) % 111


def _words(text: str) -> list[tuple[int, list[tuple[int, str]]]]:
    """`(place in the text, [(place in the word, letters of one syllable)])` of every word."""
    words = []
    start: int | None = None
    for index, character in enumerate(text + " "):
        if character in _GAPS:
            if start is not None:
                words.append((start, _syllables(text[start:index])))
            start = None
        elif start is None:
            start = index
    return words


def _syllables(word: str) -> list[tuple[int, str]]:
    """Three letters each, the last two to four: near five a second."""
    cuts = list(range(0, max(len(word) - 1, 1), 3))
    return [(begin, word[begin:end]) for begin, end in zip(cuts, [*cuts[1:], len(word)], strict=True)]


@lru_cache(maxsize=8192)
def _syllable(letters: str, length: int, *, pitch: int) -> bytes:
    """`length` bytes: 35 ms of consonant unless it begins with a vowel, then the vowel."""
    vowels = letters.lower().translate(_VOWEL_OF)
    vowel = next((letter for letter in vowels if letter in _FORMANTS), "e")
    lead = 0 if vowels[0] in _FORMANTS else min(35 * RATE // 1000, length // 3)
    draw = random.Random(letters)
    hiss = [round(draw.uniform(-1.7, 1.7) * _CONSONANT_RMS) for _ in range(lead)]
    wave = _wave(vowel, pitch)
    voiced = length - lead
    attack, release = max(voiced // 8, 1), max(voiced // 3, 1)
    step = pitch * _WAVE / RATE
    phase = draw.random() * _WAVE
    glide = step * 0.06 / max(voiced, 1)
    samples = []
    for index in range(voiced):
        level = min(1.0, (index + 1) / attack, (voiced - index) / release)
        samples.append(int(wave[int(phase) % _WAVE] * level))
        phase += step - glide * index
    return encode(hiss + samples)


@lru_cache(maxsize=512)
def _wave(vowel: str, pitch: int) -> tuple[float, ...]:
    """One period: every harmonic of `pitch` up to 3.4 kHz, louder near the vowel's formants."""
    first, second = _FORMANTS[vowel]
    parts = []
    for number in range(1, 3400 // pitch + 1):
        hz = number * pitch
        near = math.exp(-(((hz - first) / 180) ** 2)) + 0.5 * math.exp(-(((hz - second) / 260) ** 2))
        parts.append((number, (0.12 + near) / number**0.5, number * number * 0.7))
    points = [
        sum(size * math.sin(2 * math.pi * number * at / _WAVE + shift) for number, size, shift in parts)
        for at in range(_WAVE)
    ]
    rms = math.sqrt(sum(point * point for point in points) / _WAVE)
    return tuple(point * _VOICED_RMS / rms for point in points)
