"""Telnyx's refusals in the gateway's error language."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.carriers.telnyx.errors import refusal
from control_plane.ports.errors import (
    CallGone,
    Misconfigured,
    NotAnswered,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
)


def body_of(code: object, title: object = "Some title") -> bytes:
    return orjson.dumps({"errors": [{"code": code, "title": title}]})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (422, "90018", CallGone),
        (422, "90034", NotAnswered),
        (422, "90102", Rejected),
        (422, "10011", Rejected),
        (429, "10011", RateLimited),
        (429, "90103", RateLimited),
        (400, "10015", Rejected),
        (401, "10009", Misconfigured),
        (403, "20012", Misconfigured),
        (404, "10005", Rejected),
        (404, "90018", Rejected),
        (408, "", Unavailable),
        (500, "10007", Unavailable),
        (503, "", Unavailable),
        (301, "", Rejected),
    ],
)
def test_status_and_code_together_decide_the_error(status: int, code: str, kind: type[ProviderError]) -> None:
    error = refusal(status, body_of(code), headers={})
    assert type(error) is kind
    assert error.code == code
    assert error.provider == "telnyx"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "7"}, 7.0),
        ({"retry-after": "3"}, 3.0),
        ({"x-ratelimit-reset": "soon", "retry-after": "3"}, 3.0),
        ({"x-ratelimit-reset": "nan"}, None),
        ({"x-ratelimit-reset": "-1"}, None),
        ({}, None),
    ],
)
def test_a_quota_says_when_it_opens_again(headers: dict[str, str], seconds: float | None) -> None:
    error = refusal(429, b"", headers=headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_a_code_written_as_a_number_is_understood() -> None:
    assert refusal(422, body_of(90019), headers={}).code == "90019"


def test_a_telephone_number_in_a_title_is_blotted_out() -> None:
    text = str(refusal(422, body_of("10016", "The number +52 55 1234-5678 is not valid"), headers={}))
    assert "1234" not in text
    assert "is not valid" in text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.integers(300, 599), st.binary(max_size=60) | json_values.map(orjson.dumps))
def test_any_body_makes_a_provider_error(status: int, body: bytes) -> None:
    assert isinstance(refusal(status, body, headers={}), ProviderError)


@given(json_values, json_values)
def test_any_error_entry_makes_a_provider_error(code: object, title: object) -> None:
    assert isinstance(refusal(422, body_of(code, title), headers={}), ProviderError)
