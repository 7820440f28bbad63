"""Events of the stream become events of the brain."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.brains.anthropic_stream import ReplyReader
from control_plane.ports.brain import BrainEvent, ReplyEnded, TextDelta, ToolCalled
from tests.wire.anthropic import ended, started, text_block, tool_block


def read(events: Iterable[dict[str, Any]]) -> list[BrainEvent]:
    reader = ReplyReader()
    return [said for event in events for said in reader.read(event)]


def test_text_comes_piece_by_piece_and_empty_pieces_do_not() -> None:
    assert read([started(), *text_block("Ho", "", "la."), *ended()])[:-1] == [TextDelta("Ho"), TextDelta("la.")]


def test_input_tokens_are_all_of_the_prompt_and_cached_ones_are_among_them() -> None:
    events = read([started(input_tokens=20, cache_read=1200, cache_creation=30), *ended(output_tokens=31)])
    assert events == [ReplyEnded(reason="end", input_tokens=1250, cached_tokens=1200, output_tokens=31)]


def test_a_tool_without_arguments_is_called_with_none() -> None:
    assert read(tool_block("t1", "end", "")) == [ToolCalled(id="t1", name="end")]
    assert read(tool_block("t1", "end")) == [ToolCalled(id="t1", name="end")]


def test_parallel_tools_are_kept_apart() -> None:
    one = tool_block("t1", "book", '{"day":"lu', 'nes"}', index=1)
    two = tool_block("t2", "end", "{}", index=2)
    interleaved = [one[0], two[0], one[1], two[1], one[2], one[3], two[2]]
    assert read(interleaved) == [
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ToolCalled(id="t2", name="end"),
    ]


@pytest.mark.parametrize("text", ['{"day":"lu', "[1]", '"lunes"', "null"])
def test_arguments_that_are_no_object_are_broken(text: str) -> None:
    assert read(tool_block("t1", "book", text)) == [ToolCalled(id="t1", name="book", broken=True)]


@given(st.lists(st.integers(min_value=0, max_value=40), max_size=6))
def test_arguments_may_be_cut_anywhere(cuts: list[int]) -> None:
    text = '{"day":"lunes","note":"a las \\u00e9l","n":[1,2]}'
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[start:stop] for start, stop in pairwise(edges)]
    (called,) = read(tool_block("t1", "book", *pieces))
    assert called == ToolCalled(id="t1", name="book", arguments={"day": "lunes", "note": "a las él", "n": [1, 2]})


def test_thinking_is_not_said() -> None:
    thinking = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}},
        {"type": "content_block_stop", "index": 0},
    ]
    assert read(thinking) == []


@pytest.mark.parametrize(
    ("stop_reason", "reason"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "end"),
        ("tool_use", "tools"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refused"),
        ("pause_turn", "other"),
    ],
)
def test_each_stop_reason_has_a_word(stop_reason: str, reason: str) -> None:
    (end,) = read(ended(stop_reason))
    assert isinstance(end, ReplyEnded)
    assert end.reason == reason
