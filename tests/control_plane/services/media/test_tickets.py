"""Tickets open one call's door for a while, and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.services.media.tickets import VALID_S, Tickets
from control_plane.testing.clock import FakeClock

CALL = "6f1e2c34-0000-4000-8000-000000000001"


def tickets(secret: bytes = b"s3cret", clock: FakeClock | None = None) -> Tickets:
    return Tickets(secret, stream_url="wss://gateway.example/media/", clock=clock or FakeClock())


def test_a_ticket_names_its_call() -> None:
    office = tickets()
    ticket = office.issue(CALL)
    assert office.check(ticket.token) == CALL
    assert ticket.url == f"wss://gateway.example/media/{ticket.token}"


def test_a_token_fits_into_a_path_as_it_is() -> None:
    token = tickets().issue(CALL).token
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")


def test_another_process_with_the_same_secret_takes_it() -> None:
    assert tickets().check(tickets().issue(CALL).token) == CALL


def test_another_secret_does_not() -> None:
    assert tickets(b"other").check(tickets().issue(CALL).token) is None


def test_a_ticket_expires() -> None:
    clock = FakeClock()
    office = tickets(clock=clock)
    token = office.issue(CALL).token
    clock.advance(VALID_S - 1)
    assert office.check(token) == CALL
    clock.advance(2)
    assert office.check(token) is None


def test_a_ticket_of_one_call_does_not_open_another() -> None:
    office = tickets()
    seal = office.issue(CALL).token.partition("~")[0]
    assert office.check(f"{seal}~another-call") is None


@given(st.integers(0, 19), st.integers(1, 255))
def test_a_changed_seal_is_refused(place: int, change: int) -> None:
    office = tickets()
    seal, _, call_id = office.issue(CALL).token.partition("~")
    raw = bytearray(base64.urlsafe_b64decode(seal + "="))
    raw[place] ^= change
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    assert office.check(f"{forged}~{call_id}") is None


@given(st.text() | st.text("~=-_+/A0"))
def test_whatever_a_stranger_sends_is_refused(token: str) -> None:
    assert tickets().check(token) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "~",
        f"~{CALL}",
        CALL,
        "A" * 27 + "~",
        "A" * 27 + "~\udcff",
        "\udcff~x",
        "A" * 100_000 + "~x",
        "ñ~x",
        "A===~x",
    ],
)
def test_broken_tokens_are_refused(token: str) -> None:
    assert tickets().check(token) is None
