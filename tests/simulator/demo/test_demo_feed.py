"""Server-sent events, line by line."""

import pytest

from simulator.demo.feed import Event, EventReader


def read(text: str) -> list[Event]:
    reader = EventReader()
    return [event for line in text.splitlines(keepends=True) for event in reader.read(line)]


def test_an_event_is_complete_with_the_empty_line() -> None:
    found = read('event: call.words\ndata: {"call_id": "a", "speaker": "agent", "pii_text": "Hola."}\n\n')
    assert found == [Event(topic="call.words", call_id="a", body={"speaker": "agent", "pii_text": "Hola."})]
    assert read('event: call.words\ndata: {"call_id": "a"}\n') == []


def test_comments_and_unknown_fields_are_no_events() -> None:
    assert read(": connected\n\n: nothing new\n\nid: 7\nretry: 5\n\n") == []


def test_data_in_several_lines_is_one_document() -> None:
    (event,) = read('event: call.state\r\ndata: {"call_id": "a",\r\ndata: "phase": "ended"}\r\n\r\n')
    assert event.body == {"phase": "ended"}


def test_the_topic_of_an_event_does_not_stick_to_the_next() -> None:
    first, second = read('event: call.turn\ndata: {"a": 1}\n\ndata: {"b": 2}\n\n')
    assert (first.topic, second.topic) == ("call.turn", "")


def test_data_that_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError):
        read("data: what\n\n")
