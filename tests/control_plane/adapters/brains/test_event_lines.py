"""Server-sent events, cut anywhere."""

import pytest

from control_plane.adapters.brains.event_lines import MOST_BYTES, EventLines

STREAM = b'event: a\ndata: {"x": 1}\n\n: comment\r\nid: 7\r\ndata:{"y":2}\r\n\r\ndata: [DONE]\n\n'


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_the_data_of_each_line_is_an_event(size: int) -> None:
    lines = EventLines()
    pieces = (STREAM[start : start + size] for start in range(0, len(STREAM), size))
    assert [data for piece in pieces for data in lines.feed(piece)] == [b'{"x": 1}', b'{"y":2}', b"[DONE]"]


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="end"):
        EventLines().feed(b"data: " + b"x" * MOST_BYTES)
