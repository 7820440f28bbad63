"""What an HTTP status of a provider means."""

import pytest

from control_plane.adapters.refusals import machine_name, refusal
from control_plane.ports.errors import Misconfigured, RateLimited, Rejected, Timeout, Unavailable


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (402, Misconfigured),
        (403, Misconfigured),
        (404, Rejected),
        (408, Timeout),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (504, Timeout),
        (529, Unavailable),
        (302, Unavailable),
    ],
)
def test_each_status_has_one_meaning(status: int, kind: type) -> None:
    assert type(refusal("acme", status)) is kind


def test_a_rate_limit_tells_how_long_to_wait_when_the_provider_does() -> None:
    limited = refusal("acme", 429, retry_after="2.5")
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 2.5


@pytest.mark.parametrize("header", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_not_in_seconds_is_not_guessed(header: str) -> None:
    limited = refusal("acme", 429, retry_after=header)
    assert isinstance(limited, RateLimited)
    assert limited.retry_after is None


def test_the_text_holds_the_status_and_machine_names_only() -> None:
    assert str(refusal("acme", 400, code="bad_voice")) == "acme: answered 400 (bad_voice)"
    assert str(refusal("acme", 400, code="unknown word: Juana Pérez")) == "acme: answered 400"


@pytest.mark.parametrize("code", [None, 17, "", "two words", "x" * 61])
def test_what_is_not_a_machine_name_is_left_out(code: object) -> None:
    assert machine_name(code) == ""
