"""The model that hears the end of a turn, with a small one in the place of the trained one.

`mean.onnx` answers the sigmoid of the mean of what it sees; `other.onnx` takes something else. Both were put
together by hand with the builders of the package onnx (opset 13).
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from control_plane.adapters.turns.log_mel import log_mel
from control_plane.adapters.turns.smart_turn import Limits, NoModel, SmartTurn, find

MEAN = Path(__file__).parent / "mean.onnx"
SOUND = bytes(range(256)) * 100
PATIENT = Limits(waiting=3, patience_s=30.0)


@pytest.fixture
async def model() -> AsyncIterator[SmartTurn]:
    made = SmartTurn(MEAN, limits=PATIENT)
    yield made
    await made.aclose()


async def test_the_model_sees_the_picture_of_the_sound(model: SmartTurn) -> None:
    expected = 1 / (1 + np.exp(-float(log_mel(SOUND, seconds=8.0).mean())))
    assert await model.judge(SOUND) == pytest.approx(expected, abs=1e-5)
    assert model.name.endswith("mean.onnx")


async def test_judgements_are_made_off_the_event_loop(model: SmartTurn) -> None:
    names: list[str] = []
    inner = model._judge

    def noted(audio: bytes) -> float | None:
        names.append(threading.current_thread().name)
        return inner(audio)

    model._judge = noted  # type: ignore[method-assign]
    await model.judge(SOUND)
    assert names[0].startswith("end of turn")


async def test_who_comes_when_too_many_wait_gets_no_opinion() -> None:
    gate = threading.Event()
    worker = ThreadPoolExecutor(1)
    worker.submit(gate.wait)
    model = SmartTurn(MEAN, limits=Limits(waiting=1, patience_s=30.0), worker=worker)
    first = [asyncio.ensure_future(model.judge(SOUND)) for _ in range(2)]
    await asyncio.sleep(0)
    assert await model.judge(SOUND) is None
    gate.set()
    assert None not in await asyncio.gather(*first)
    assert await model.judge(SOUND) is not None
    await model.aclose()


async def test_an_opinion_that_comes_too_late_is_none_and_is_not_worked_any_more() -> None:
    gate = threading.Event()
    worker = ThreadPoolExecutor(1)
    worker.submit(gate.wait)
    model = SmartTurn(MEAN, limits=Limits(waiting=3, patience_s=0.01), worker=worker)
    assert await model.judge(SOUND) is None
    gate.set()
    await model.aclose()
    assert model._asked == 0


async def test_a_value_that_is_no_probability_is_no_opinion(model: SmartTurn) -> None:
    class Odd:
        def run(self, names: object, given: object) -> list[np.ndarray]:
            return [np.array([[float("nan")]])]

    model._session = Odd()
    assert await model.judge(SOUND) is None


def test_a_file_that_is_no_model_is_refused_with_the_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(NoModel, match="cannot be loaded"):
        SmartTurn(broken)
    with pytest.raises(NoModel, match="something else than input_features"):
        SmartTurn(MEAN.with_name("other.onnx"))


def test_without_the_package_that_runs_models_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NoModel, match="onnxruntime is not installed"):
        SmartTurn(MEAN)


def test_the_weights_are_found_in_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "pipecat/audio/turn/smart_turn/data"
    data.mkdir(parents=True)
    (tmp_path / "pipecat/__init__.py").touch()
    (data / "smart-turn-v3.2-cpu.onnx").write_bytes(MEAN.read_bytes())
    monkeypatch.syspath_prepend(str(tmp_path))
    assert find("auto") == data / "smart-turn-v3.2-cpu.onnx"


def test_a_path_is_taken_as_it_is_and_must_lead_somewhere(tmp_path: Path) -> None:
    assert find(str(MEAN)) == MEAN
    with pytest.raises(NoModel, match="there is no file"):
        find(str(tmp_path / "nothing.onnx"))


def test_without_the_package_that_brings_the_weights_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.adapters.turns.smart_turn._PACKAGE", "a_package_nobody_has")
    with pytest.raises(NoModel, match="not installed"):
        find("auto")
