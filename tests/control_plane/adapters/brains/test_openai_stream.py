"""The chunks of a completion, read without a connection."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.brains.openai_stream import ReplyReader, has_content
from control_plane.ports.brain import BrainEvent, ReplyEnded, TextDelta, ToolCalled
from tests.wire.openai import chunk, ended, started, text, tool


def events(*chunks: Any) -> list[BrainEvent]:
    reader = ReplyReader()
    return [event for one in chunks if isinstance(one, dict) for event in reader.read(one)] + [reader.end()]


def call(**piece: Any) -> dict[str, Any]:
    return chunk({"tool_calls": [piece]})


def test_text_comes_piece_by_piece_and_empty_pieces_do_not() -> None:
    assert events(started(), *text("Ho", "", "la."), *ended())[:-1] == [TextDelta("Ho"), TextDelta("la.")]


def test_the_usage_comes_with_the_end() -> None:
    assert events(*ended(prompt=50, completion=7, cached=32))[-1] == ReplyEnded(
        reason="end", input_tokens=50, cached_tokens=32, output_tokens=7
    )


def test_a_reply_without_usage_has_none() -> None:
    assert events(*text("Hola."), chunk({}, finish="stop"))[-1] == ReplyEnded(reason="end")


def test_parallel_tools_are_kept_apart() -> None:
    one, other = tool("t1", "book", '{"a":', "1}"), tool("t2", "note", '{"b":', "2}", index=1)
    mixed = [one[0], other[0], one[1], other[1], one[2], other[2]]
    found = events(*mixed, *ended("tool_calls"))
    assert found[:2] == [
        ToolCalled(id="t1", name="book", arguments={"a": 1}),
        ToolCalled(id="t2", name="note", arguments={"b": 2}),
    ]


@given(st.lists(st.integers(1, 20), max_size=6))
def test_arguments_may_be_cut_anywhere(cuts: list[int]) -> None:
    whole = '{"día":"miércoles","n":[1,2]}'
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:stop] for start, stop in pairwise(places)]
    found = events(*tool("t1", "book", *pieces), *ended("tool_calls"))
    assert found[0] == ToolCalled(id="t1", name="book", arguments={"día": "miércoles", "n": [1, 2]})


@pytest.mark.parametrize("pieces", [('{"a":',), ("[1]",), ("7",), ('"x"',)])
def test_arguments_that_are_no_object_are_broken(pieces: tuple[str, ...]) -> None:
    found = events(*tool("t1", "book", *pieces), *ended("length"))
    assert found[0] == ToolCalled(id="t1", name="book", broken=True)


def test_a_tool_without_arguments_is_called_with_none() -> None:
    assert events(*tool("t1", "bye"), *ended("tool_calls"))[0] == ToolCalled(id="t1", name="bye")


def test_servers_that_leave_out_the_index_are_understood() -> None:
    found = events(
        call(id="t1", function={"name": "book", "arguments": '{"a":'}),
        call(function={"arguments": "1}"}),
        call(id="t2", function={"name": "note", "arguments": "{}"}),
        *ended("tool_calls"),
    )
    assert found[:2] == [
        ToolCalled(id="t1", name="book", arguments={"a": 1}),
        ToolCalled(id="t2", name="note"),
    ]


def test_servers_that_leave_out_the_id_get_one() -> None:
    found = events(call(index=0, function={"name": "bye", "arguments": "{}"}), *ended("stop"))
    assert found[0] == ToolCalled(id="chatcmpl-1-0", name="bye")
    assert isinstance(found[-1], ReplyEnded)
    assert found[-1].reason == "tools"


def test_thinking_is_not_said_and_is_no_beginning() -> None:
    thinking = chunk({"reasoning_content": "Hm.", "content": None})
    assert events(thinking, *ended())[:-1] == []
    assert not has_content(thinking)
    assert not has_content(started())
    assert has_content(text("Hola")[0])


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", "end"),
        ("tool_calls", "tools"),
        ("function_call", "tools"),
        ("length", "length"),
        ("content_filter", "refused"),
        ("eos", "other"),
    ],
)
def test_each_finish_reason_has_a_word(finish: str, reason: str) -> None:
    end = events(*ended(finish))[-1]
    assert isinstance(end, ReplyEnded)
    assert end.reason == reason


@pytest.mark.parametrize("odd", [{}, {"choices": None}, {"choices": []}, {"choices": [None]}, {"choices": [{}]}])
def test_a_chunk_without_a_choice_says_nothing(odd: dict[str, Any]) -> None:
    assert events(odd) == [ReplyEnded(reason="other")]
