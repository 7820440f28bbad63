"""Which model hears the end of a turn, by the setting."""

from pathlib import Path

import pytest

from control_plane.ports.errors import Misconfigured
from control_plane.wiring.end_of_turn import end_of_turn_model

MEAN = Path(__file__).parents[1] / "adapters/turns/mean.onnx"


def test_off_is_off() -> None:
    assert end_of_turn_model("off") is None


def test_auto_goes_without_when_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.adapters.turns.smart_turn._PACKAGE", "a_package_nobody_has")
    assert end_of_turn_model("auto") is None


async def test_a_path_is_used() -> None:
    model = end_of_turn_model(str(MEAN))
    assert model is not None
    assert model.name == str(MEAN)
    await model.aclose()


def test_a_path_that_leads_nowhere_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="TURN_MODEL"):
        end_of_turn_model(str(tmp_path / "nothing.onnx"))
