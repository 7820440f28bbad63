"""Frames out of pieces of any size."""

from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.audio.framer import Framer
from control_plane.core.audio.frames import FRAME_BYTES


def test_a_piece_that_is_a_frame_is_passed_on_uncopied() -> None:
    frame = bytes(FRAME_BYTES)
    assert Framer().push(frame)[0] is frame


def test_what_does_not_fill_a_frame_waits_for_the_next_piece() -> None:
    framer = Framer()
    assert framer.push(b"a" * 100) == []
    assert framer.push(b"b" * 100) == [b"a" * 100 + b"b" * 60]
    assert framer.push(b"c" * 280) == [b"b" * 40 + b"c" * 120, b"c" * 160]


def test_a_frame_that_comes_after_a_tail_is_cut_where_it_belongs() -> None:
    framer = Framer()
    framer.push(b"a")
    assert framer.push(b"b" * 160) == [b"a" + b"b" * 159]


def test_flushing_fills_the_last_frame_with_silence_once() -> None:
    framer = Framer()
    framer.push(b"a" * 10)
    assert framer.flush() == (b"a" * 10 + b"\xff" * 150,)
    assert framer.flush() == ()


@given(st.lists(st.binary(max_size=700)))
def test_no_byte_is_lost_or_moved(pieces: list[bytes]) -> None:
    framer = Framer()
    frames = [frame for piece in pieces for frame in framer.push(piece)]
    frames += framer.flush()
    whole = b"".join(pieces)
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert b"".join(frames).startswith(whole)
    assert len(frames) == -(-len(whole) // FRAME_BYTES)
