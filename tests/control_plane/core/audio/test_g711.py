"""The G.711 tables against the definition of the law and values known from ITU-T G.711."""

import math
import struct
from itertools import pairwise

import pytest

from control_plane.core.audio.frames import FRAME_BYTES, SILENCE, Encoding
from control_plane.core.audio.g711 import (
    ALAW_TO_ULAW,
    ALAW_VALUES,
    FULL_SCALE,
    SILENT_DBFS,
    ULAW_TO_ALAW,
    ULAW_VALUES,
    from_pcm16,
    loudness,
    magnitude,
    magnitude_at,
    to_pcm16,
)

EVERY_BYTE = bytes(range(256))


def samples(pcm: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(pcm) // 2}h", pcm)


def pcm(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}h", *values)


def tone(amplitude: float, length: int = FRAME_BYTES) -> bytes:
    """1 kHz: a whole number of periods in a frame."""
    return from_pcm16(pcm(*(round(amplitude * math.sin(math.pi * n / 4)) for n in range(length))))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (0xFF, 0),
        (0xFE, 8),
        (0xF0, 120),
        (0xEF, 132),
        (0x80, 32124),
        (0x00, -32124),
        (0x7E, -8),
        (0x7F, 0),
        (0x8F, 16764),
    ],
)
def test_a_pcmu_byte_stands_for_the_value_in_the_standard(code: int, value: int) -> None:
    assert ULAW_VALUES[code] == value


@pytest.mark.parametrize(
    ("code", "value"),
    [(0xD5, 8), (0x55, -8), (0xD4, 24), (0xC5, 264), (0xAA, 32256), (0x2A, -32256), (0xAB, 31232), (0x80, 5504)],
)
def test_a_pcma_byte_stands_for_the_value_in_the_standard(code: int, value: int) -> None:
    assert ALAW_VALUES[code] == value


def test_the_magnitudes_of_each_law_rise_in_segments_whose_steps_double() -> None:
    ulaw = [ULAW_VALUES[0xFF - level] for level in range(128)]
    alaw = [ALAW_VALUES[level ^ 0xD5] for level in range(128)]
    assert [high - low for low, high in pairwise(ulaw)][::16] == [8 << n for n in range(8)]
    assert [high - low for low, high in pairwise(alaw)][::16] == [16, *(16 << n for n in range(7))]


def test_the_laws_are_symmetric() -> None:
    assert all(ULAW_VALUES[code | 0x80] == -ULAW_VALUES[code] for code in range(128))
    assert all(ALAW_VALUES[code | 0x80] == -ALAW_VALUES[code] for code in range(128))


def test_linear_samples_are_written_low_byte_first() -> None:
    assert to_pcm16(b"\x80\x00\xff") == b"\x7c\x7d\x84\x82\x00\x00"
    assert samples(to_pcm16(EVERY_BYTE)) == ULAW_VALUES


def test_every_pcmu_byte_survives_the_way_through_linear_samples() -> None:
    there_and_back = from_pcm16(to_pcm16(EVERY_BYTE))
    negative_zero = 0x7F
    assert there_and_back == EVERY_BYTE.replace(bytes([negative_zero]), b"\xff")


def test_every_sample_becomes_the_nearest_code_of_its_sign() -> None:
    every = range(-FULL_SCALE, FULL_SCALE)
    values = [ULAW_VALUES[code] for code in from_pcm16(pcm(*every))]
    levels = sorted({abs(value) for value in ULAW_VALUES})
    half_steps = {low: (high - low) // 2 for low, high in pairwise(levels)} | {levels[-1]: 1024}
    for wanted, got in zip(every, values, strict=True):
        assert wanted * got >= 0
        assert abs(wanted) > 32635 or abs(abs(wanted) - abs(got)) <= half_steps[abs(got)]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (0, 0xFF),
        (3, 0xFF),
        (4, 0xFE),
        (-3, 0x7F),
        (-4, 0x7E),
        (32767, 0x80),
        (-32768, 0x00),
        (1000, 0xCE),
        (-1000, 0x4E),
    ],
)
def test_a_linear_sample_has_the_code_of_its_decision_interval(sample: int, code: int) -> None:
    assert from_pcm16(pcm(sample)) == bytes([code])


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError):
        from_pcm16(b"\x00\x01\x02")


def test_the_law_tables_never_miss_by_more_than_half_a_step_of_the_other_law() -> None:
    for code in range(256):
        assert abs(ALAW_VALUES[ULAW_TO_ALAW[code]] - ULAW_VALUES[code]) <= max(8, abs(ULAW_VALUES[code]) // 32)
        assert abs(ULAW_VALUES[ALAW_TO_ULAW[code]] - ALAW_VALUES[code]) <= max(4, abs(ALAW_VALUES[code]) // 32)


def test_changing_the_law_keeps_the_sign_and_the_order() -> None:
    loud_to_quiet = EVERY_BYTE[0x80:]
    assert [ALAW_VALUES[code] for code in loud_to_quiet.translate(ULAW_TO_ALAW)] == sorted(
        (ALAW_VALUES[code] for code in loud_to_quiet.translate(ULAW_TO_ALAW)), reverse=True
    )
    assert all((ULAW_TO_ALAW[code] ^ code) & 0x80 == 0 for code in range(256))
    assert all((ALAW_TO_ULAW[code] ^ code) & 0x80 == 0 for code in range(256))


def test_silence_of_one_law_is_silence_of_the_other() -> None:
    assert SILENCE[Encoding.PCMU].translate(ULAW_TO_ALAW) == SILENCE[Encoding.PCMA]
    assert loudness(SILENCE[Encoding.PCMA].translate(ALAW_TO_ULAW)) == SILENT_DBFS


@pytest.mark.parametrize("dbfs", [-6, -10, -20, -30, -40])
def test_loudness_is_the_mean_amplitude(dbfs: int) -> None:
    mean_of_a_sine = 20 * math.log10(2 / math.pi)
    measured = loudness(tone(FULL_SCALE * 10 ** (dbfs / 20)))
    assert measured == pytest.approx(dbfs + mean_of_a_sine, abs=1)


def test_silence_and_no_audio_are_silent() -> None:
    assert loudness(SILENCE[Encoding.PCMU]) == SILENT_DBFS
    assert loudness(b"") == SILENT_DBFS
    assert loudness(tone(50)) == SILENT_DBFS


def test_loudness_does_not_depend_on_the_length() -> None:
    assert loudness(tone(8000, 800)) == pytest.approx(loudness(tone(8000)))


def test_the_loudest_frame_has_the_largest_magnitude() -> None:
    assert magnitude(b"\x00\x80" * 80) == 255 * FRAME_BYTES
    assert loudness(b"\x00\x80" * 80) == pytest.approx(0, abs=0.2)


def test_a_level_and_its_magnitude_belong_together() -> None:
    frame = tone(6000)
    assert magnitude_at(loudness(frame)) == magnitude(frame)
