"""Cursors are opaque, exact and checked."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.store.cursor import cursor_after, position_of


@given(created_at=st.floats(allow_nan=False, allow_infinity=False), call_id=st.text().filter(str.isprintable))
def test_a_cursor_leads_back_to_its_call(created_at: float, call_id: str) -> None:
    cursor = cursor_after(created_at, call_id)
    assert position_of(cursor) == (created_at, call_id)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


WRONG_JSON = ["null", "[1]", '["a","b"]', "[1,2]", '[NaN,"a"]', '[1,"a",3]', "[" * 100_000]
WRONG_JSON += ["[1" + "0" * 400 + ',"a"]', '[1,"a\\u0000"]', '[1,"\\ud800"]']


@pytest.mark.parametrize("cursor", ["x", "ñ", "====", *map(encoded, WRONG_JSON)])
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor: not one that a list has returned"):
        position_of(cursor)


@given(st.text(max_size=60))
def test_any_text_is_a_position_or_a_value_error(cursor: str) -> None:
    with contextlib.suppress(ValueError):
        created_at, call_id = position_of(cursor)
        assert position_of(cursor_after(created_at, call_id)) == (created_at, call_id)
