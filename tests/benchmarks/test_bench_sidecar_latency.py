"""How the sidecar's benchmark reads answers and counts them."""

import socket

import pytest

from benchmarks.sidecar_latency import ask, latencies


def test_an_answer_is_read_to_its_end_however_it_is_cut() -> None:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
        there.sendall(b"llo")
        assert ask(here, "/health") == 5


def test_a_connection_that_ends_early_is_an_error() -> None:
    here, there = socket.socketpair()
    with here:
        there.sendall(b"HTTP/1.1 200 OK\r\n")
        there.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):
            ask(here, "/health")
        there.close()


def test_percentiles_are_in_milliseconds() -> None:
    found = latencies([0.001] * 99 + [0.1])
    assert found.p50_ms == pytest.approx(1.0)
    assert found.per_second == pytest.approx(100 / 0.199)
