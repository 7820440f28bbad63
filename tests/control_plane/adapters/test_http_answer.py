"""Answers of HTTP/1.1 are found in whatever pieces they come, and nothing else is taken for one."""

import pytest

from control_plane.adapters.http_answer import MOST_HEAD, AnswerReader, Garbled

COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHola"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nHo\r\n0000A\r\nla, Juana.\r\n0\r\nX-Sum: 1\r\n\r\n"
)
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\nHola"


def read(data: bytes, size: int, *, bodiless: bool = False) -> tuple[AnswerReader, bytes]:
    reader = AnswerReader(bodiless=bodiless)
    body = b"".join(reader.feed(data[start : start + size]) for start in range(0, len(data), size))
    return reader, body


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(("data", "expected"), [(COUNTED, b"Hola"), (CHUNKED, b"Hola, Juana.")])
def test_a_body_ends_where_it_is_said_to_and_the_connection_can_be_kept(
    data: bytes, expected: bytes, size: int
) -> None:
    reader, body = read(data, size)
    assert (reader.status, body, reader.complete, reader.keeps) == (200, expected, True, True)
    reader.end()


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    reader, body = read(UNTIL_CLOSED, 3)
    assert (body, reader.complete) == (b"Hola", False)
    reader.end()
    assert (reader.complete, reader.keeps) == (True, False)


@pytest.mark.parametrize("data", [COUNTED[:-1], CHUNKED[:-1], CHUNKED[:50], b"HTTP/1.1 200", b""])
def test_an_answer_that_ends_early_is_garbled(data: bytes) -> None:
    reader, _ = read(data, 1000)
    with pytest.raises(Garbled):
        reader.end()


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_some_answers_have_no_body(data: bytes) -> None:
    assert read(data, 5)[0].complete


def test_the_answer_to_a_head_has_no_body() -> None:
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 5, bodiless=True)[0].complete


def test_an_interim_answer_is_passed_over() -> None:
    reader, body = read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + COUNTED, 9)
    assert (reader.status, body) == (200, b"Hola")


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0 200 OK\r\nContent-Length: 0", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close"]
)
def test_a_connection_that_its_server_will_close_is_not_kept(head: bytes) -> None:
    reader, _ = read(head + b"\r\n\r\n", 1000)
    assert (reader.complete, reader.keeps) == (True, False)


def test_a_connection_on_which_more_came_than_was_asked_for_is_not_kept() -> None:
    assert not read(COUNTED + b"!", 1000)[0].keeps


@pytest.mark.parametrize(
    "data",
    [
        b"SMTP ready\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno field\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nName : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+4\r\nHola\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHola!\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4" * 5000,
        b"H" * (MOST_HEAD + 1),
    ],
)
def test_what_is_no_answer_is_garbled(data: bytes) -> None:
    with pytest.raises(Garbled):
        read(data, 10_000_000)
