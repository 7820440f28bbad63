"""When what is played had come."""

from simulator.telnyx.playout import Playout

FRAME = bytes([0x30]) * 160


def test_each_frame_knows_when_its_message_came() -> None:
    playout = Playout(lambda name: None)
    playout.play(FRAME * 2, 1.0)
    playout.play(FRAME + FRAME[:40], 1.5)
    came = []
    while playout.next_frame() is not None:
        came.append(playout.arrived_at)
    assert came == [1.0, 1.0, 1.5, 1.5]


def test_what_was_cleared_is_not_taken_for_what_comes_next() -> None:
    playout = Playout(lambda name: None)
    playout.play(FRAME * 3, 1.0)
    playout.next_frame()
    playout.clear()
    playout.play(FRAME, 2.0)
    assert playout.next_frame() == FRAME
    assert playout.arrived_at == 2.0
