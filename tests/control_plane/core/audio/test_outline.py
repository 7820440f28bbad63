"""The outline of a recording, from pieces of any size."""

import io
import struct
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.audio.outline import NotWav, Outline, wav_head


def wav(frames: list[tuple[int, ...]], *, rate: int = 8000) -> bytes:
    """A WAV file of these frames, one number a channel."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(len(frames[0]))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", [sample for frame in frames for sample in frame]).tobytes())
    return content.getvalue()


def outlined(content: bytes, *, points: int, piece: int = 1000) -> list[list[float]]:
    head = wav_head(content, file_bytes=len(content))
    outline = Outline(head, points=points)
    sound = content[head.offset : head.offset + head.length]
    for at in range(0, len(sound), piece):
        outline.feed(sound[at : at + piece])
    return outline.finish()


def test_each_channel_has_its_own_peaks() -> None:
    frames = [(0, -32768)] * 4 + [(16384, 0)] * 4
    assert outlined(wav(frames), points=2) == [[0.0, 0.5], [1.0, 0.0]]


@given(st.integers(1, 500), st.integers(1, 50), st.integers(1, 3000))
def test_pieces_of_any_size_give_the_same_outline(frames: int, points: int, piece: int) -> None:
    content = wav([((n * 7919) % 65536 - 32768, n % 100) for n in range(frames)])
    found = outlined(content, points=points, piece=piece)
    assert found == outlined(content, points=points, piece=10**9)
    assert all(1 <= len(side) <= points for side in found)
    assert all(0 <= peak <= 1 for side in found for peak in side)


def test_of_a_long_stretch_only_some_samples_are_looked_at() -> None:
    content = wav([(1000,)] * 80_000)
    assert outlined(content, points=10) == [[round(1000 / 32768, 4)] * 10]


def test_the_head_says_how_long_it_is_and_where_the_sound_begins() -> None:
    content = wav([(1, 2)] * 4000)
    more = content[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + content[36:]
    for file in (content, more):
        head = wav_head(file, file_bytes=len(file))
        assert (head.channels, head.rate, head.frames, head.duration_s) == (2, 8000, 4000, 0.5)
        assert file[head.offset : head.offset + 4] == struct.pack("<hh", 1, 2)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_length_that_was_never_filled_in_is_taken_from_the_file(length: int) -> None:
    content = wav([(1,)] * 100)
    begun = content[:40] + struct.pack("<I", length) + content[44:]
    assert wav_head(begun, file_bytes=len(begun)).frames == 100


def test_a_recording_without_sound_has_no_peaks() -> None:
    content = wav([(1,)])[:44]
    content = content[:40] + struct.pack("<I", 0)
    assert outlined(content, points=10) == [[]]


WHOLE = wav([(1,)])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"ID3\x03 and so on",
        WHOLE[:30],
        WHOLE[:36],
        WHOLE[:20] + struct.pack("<H", 7) + WHOLE[22:],
        WHOLE[:22] + struct.pack("<H", 3) + WHOLE[24:],
        WHOLE[:34] + struct.pack("<H", 8) + WHOLE[36:],
        WHOLE[:24] + struct.pack("<I", 0) + WHOLE[28:],
        WHOLE[:12] + WHOLE[36:],
    ],
)
def test_what_is_no_wav_of_16_bits_is_refused(content: bytes) -> None:
    with pytest.raises(NotWav):
        wav_head(content, file_bytes=len(content))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_head_or_refused(content: bytes) -> None:
    try:
        head = wav_head(b"RIFF\0\0\0\0WAVE" + content, file_bytes=len(content) + 12)
    except NotWav:
        return
    assert head.length >= 0
