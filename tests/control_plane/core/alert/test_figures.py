"""Figures are plain values."""

from dataclasses import FrozenInstanceError

import pytest

from control_plane.core.alert.figures import Family, Figure, Measurable


def test_figures_do_not_change_and_compare_by_value() -> None:
    figure = Figure(labels={"cause": "failed"}, value=2.0)
    assert figure == Figure(labels={"cause": "failed"}, value=2.0)
    with pytest.raises(FrozenInstanceError):
        figure.value = 3.0  # type: ignore[misc]


def test_what_is_measurable_has_no_labels_unless_it_says_so() -> None:
    assert Measurable(kind="gauge") == Measurable(kind="gauge", labels=(), edges=())
    assert Family(kind="counter", figures=()).figures == ()
