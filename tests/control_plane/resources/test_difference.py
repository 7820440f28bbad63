"""What differs between two documents is told field by field."""

from typing import Any

import pytest

from control_plane.resources.difference import differences


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({}, {"a": {"b": 1}}, [("a", None, {"b": 1})]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, [("a.c", 2, None)]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("a.1", 2, 3), ("a.2", None, 4)]),
        ({"a": list(range(11))}, {"a": [*range(2), 0, *range(3, 10), 0]}, [("a.2", 2, 0), ("a.10", 10, 0)]),
        ({"a": [1]}, {"a": "text"}, [("a", [1], "text")]),
    ],
)
def test_differences_have_their_paths(before: Any, after: Any, found: list[tuple[str, Any, Any]]) -> None:
    assert [(each.path, each.before, each.after) for each in differences(before, after)] == found
