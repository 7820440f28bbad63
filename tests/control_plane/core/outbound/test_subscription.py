"""Patterns of events mean what they say."""

import pytest

from control_plane.core.outbound.subscription import is_pattern, wants


@pytest.mark.parametrize("text", ["*", "order.*", "order.created", "order.line.*", "do_not_call.added"])
def test_these_are_patterns(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize("text", ["", "*.created", "order.", "Order.*", "order.c*", ".", "a b", "órden.*", "a" * 101])
def test_these_are_none(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "kind", "wanted"),
    [
        ("*", "order.created", True),
        ("order.*", "order.created", True),
        ("order.*", "order.line.added", True),
        ("order.*", "orders.created", False),
        ("order.*", "order", False),
        ("order.created", "order.created", True),
        ("order.created", "order.created_late", False),
    ],
)
def test_a_pattern_means_a_kind_or_not(pattern: str, kind: str, wanted: bool) -> None:
    assert wants([pattern], kind) is wanted


def test_one_of_several_is_enough_and_none_is_nothing() -> None:
    assert wants(["call.*", "order.paid"], "order.paid")
    assert not wants([], "order.paid")
