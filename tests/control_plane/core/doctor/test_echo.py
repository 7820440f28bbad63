"""An echo is recognised and measured as the ear at the other end would hear it."""

import pytest

from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS
from control_plane.core.doctor.echo import (
    BEFORE_FRAMES,
    BURST_FRAMES,
    BURSTS,
    FRAMES,
    PERIOD_FRAMES,
    TONE,
    EchoMeter,
    begins_burst,
    frame,
)

FRAME_S = FRAME_MS / 1000


def call(delays_s: list[float], *, lose: tuple[int, ...] = (), pieces: int = 1) -> EchoMeter:
    """An echo call in which the burst with number n takes `delays_s[n]`."""
    meter = EchoMeter()
    arrivals: list[tuple[float, bytes]] = []
    for number in range(FRAMES):
        now = 100.0 + number * FRAME_S
        meter.said(number, now)
        burst = min(max(0, (number - BEFORE_FRAMES) // PERIOD_FRAMES), len(delays_s) - 1)
        if burst in lose and number >= BEFORE_FRAMES:
            continue
        size = FRAME_BYTES // pieces
        whole = frame(number)
        arrivals += [(now + delays_s[burst], whole[at : at + size]) for at in range(0, FRAME_BYTES, size)]
    for at, audio in sorted(arrivals, key=lambda arrival: arrival[0]):
        meter.heard(audio, at)
    return meter


def test_the_mouth_says_so_many_bursts_and_silence_between() -> None:
    said = [frame(number) for number in range(FRAMES)]
    assert all(len(one) == FRAME_BYTES for one in said)
    assert said.count(TONE) == BURSTS * BURST_FRAMES
    assert sum(begins_burst(number) for number in range(FRAMES)) == BURSTS
    assert said[0] != TONE
    assert said[-1] != TONE


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_steady_way_has_its_delay_and_no_jitter(pieces: int) -> None:
    result = call([0.03], pieces=pieces).result()
    assert (result.sent, result.returned) == (BURSTS, BURSTS)
    assert result.delay_s == pytest.approx(0.03 + FRAME_S, abs=0.001)
    assert result.jitter_s == pytest.approx(0.0, abs=0.001)


def test_an_uneven_way_shows_in_the_jitter_and_hardly_in_the_median() -> None:
    result = call([0.03, 0.03, 0.13, 0.03, 0.03, 0.03]).result()
    assert result.delay_s == pytest.approx(0.05, abs=0.06)
    assert result.jitter_s >= 0.09


def test_a_burst_that_is_lost_is_missing() -> None:
    result = call([0.03], lose=(0,)).result()
    assert result.returned < result.sent


def test_silence_is_no_echo() -> None:
    meter = EchoMeter()
    for number in range(FRAMES):
        meter.said(number, number * FRAME_S)
        meter.heard(frame(0), number * FRAME_S)
    assert meter.result().returned == 0


def test_nothing_is_measured_without_a_call() -> None:
    assert EchoMeter().result().sent == 0
