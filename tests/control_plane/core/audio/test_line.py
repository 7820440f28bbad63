"""What the ear gets of what the carrier was sent."""

from control_plane.core.audio.line import KEEP, Line, ticks

FRAME = 160
SILENCE = b"\xff"


def test_seconds_are_samples() -> None:
    assert ticks(1.5) == 12_000
    assert all(ticks(tick / 8000) == tick for tick in range(10**9, 10**9 + 1000))


def test_a_piece_plays_when_it_is_sent_or_when_the_one_before_is_over() -> None:
    line = Line()
    line.send(1000, b"a" * 320)
    line.send(1100, b"b" * 160)
    assert (line.end, line.unplayed(1100), line.unplayed(2000)) == (1480, 380, 0)
    line.send(2000, b"c" * 160)
    assert line.end == 2160


def test_the_ear_gets_silence_then_audio_then_silence() -> None:
    line = Line()
    line.listen(0)
    line.send(200, b"a" * 160)
    assert line.take(640) == SILENCE * 200 + b"a" * 160 + SILENCE * 280


def test_only_whole_frames_are_taken_and_the_rest_comes_with_the_next() -> None:
    line = Line()
    line.listen(0)
    line.send(0, b"a" * 160 + b"b" * 160)
    assert line.take(159) == b""
    assert line.take(200) == b"a" * 160
    assert line.take(320) == b"b" * 160
    assert line.take(481) == SILENCE * 160


def test_the_first_take_starts_the_clock() -> None:
    line = Line()
    line.send(900, b"a" * 320)
    assert line.take(1000) == b""
    line.listen(5000)
    assert line.take(1160) == b"a" * 160


def test_a_cleared_piece_is_heard_up_to_the_clear() -> None:
    line = Line()
    line.listen(0)
    line.send(0, b"a" * 160)
    line.send(0, b"b" * 160)
    line.send(0, b"c" * 160)
    line.clear(200)
    assert (line.end, line.unplayed(200)) == (200, 0)
    line.send(300, b"d" * 160)
    assert line.take(480) == b"a" * 160 + b"b" * 40 + SILENCE * 100 + b"d" * 160 + SILENCE * 20


def test_clearing_an_empty_queue_changes_nothing() -> None:
    line = Line()
    line.send(0, b"a" * 160)
    line.clear(500)
    assert line.end == 160


def test_played_audio_is_not_kept_when_nobody_listens() -> None:
    line = Line()
    for start in range(0, 100 * FRAME, FRAME):
        line.send(start, b"a" * FRAME)
    assert len(line._pieces) == 1


def test_what_nobody_takes_for_a_minute_becomes_silence() -> None:
    line = Line()
    line.listen(0)
    line.send(0, b"a" * FRAME)
    line.send(KEEP + FRAME, b"b" * FRAME)
    assert line.take(KEEP + 2 * FRAME) == SILENCE * (KEEP + FRAME) + b"b" * FRAME
