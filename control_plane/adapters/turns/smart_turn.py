"""Models of the smart-turn family (version 3): eight seconds of sound in, the probability that the turn is over out."""

import asyncio
import os
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from control_plane.ports.end_of_turn import LISTENS_S

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from control_plane.adapters.turns.log_mel import Floats

_PACKAGE: Final = "pipecat"
_DATA: Final = Path("audio/turn/smart_turn/data")
"""Where pipecat-ai keeps its weights."""
_INPUT: Final = "input_features"
_NICE: Final = 10
"""Calls go before opinions: the thread that thinks yields the core to the event loop."""


class NoModel(Exception):
    """There is none to use; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a judgement may take. One takes some 40 to 60 ms of a core; a model that takes several at once takes as many
    times longer, so they are worked one after the other."""

    waiting: int = 3
    """So many may wait; whoever comes then gets no opinion."""
    patience_s: float = 0.15
    """A later opinion is none."""


class SmartTurn:
    """One session, one thread. Whoever has waited too long is not worked any more."""

    def __init__(self, path: Path, *, limits: Limits | None = None, worker: Executor | None = None) -> None:
        """Raises NoModel when the file or what runs it is not usable."""
        self.name = str(path)
        self._limits = limits or Limits()
        self._session = _load(path)
        self._worker = worker or ThreadPoolExecutor(1, thread_name_prefix="end of turn", initializer=_step_back)
        self._asked = 0
        self._judge(b"")  # the first one takes several times as long

    async def judge(self, audio: bytes) -> float | None:
        if self._asked > self._limits.waiting:
            return None
        self._asked += 1
        done = asyncio.get_running_loop().run_in_executor(self._worker, self._judge, audio)
        done.add_done_callback(self._answered)
        try:
            async with asyncio.timeout(self._limits.patience_s):
                return await done
        except TimeoutError:
            return None

    async def aclose(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _answered(self, done: "asyncio.Future[float | None]") -> None:
        self._asked -= 1

    def look(self, picture: "Floats") -> float:
        """What the model makes of one picture of the sound (`log_mel`); takes its time."""
        (finished,) = self._session.run(None, {_INPUT: picture[None]})
        return float(finished.reshape(-1)[0])

    def _judge(self, audio: bytes) -> float | None:
        from control_plane.adapters.turns.log_mel import log_mel

        finished = self.look(log_mel(audio, seconds=LISTENS_S))
        return finished if 0.0 <= finished <= 1.0 else None


def find(wanted: str) -> Path:
    """The weights for the setting: a path, or `auto` for those of an installed pipecat-ai. Raises NoModel."""
    if wanted != "auto":
        path = Path(wanted)
        if not path.is_file():
            raise NoModel(f"there is no file {wanted}")
        return path
    spec = find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        for path in sorted((Path(place) / _DATA).glob("*cpu*.onnx")):
            return path
    raise NoModel("pipecat-ai, whose weights it uses, is not installed")


def _load(path: Path) -> "InferenceSession":
    try:
        import numpy  # noqa: F401
        import onnxruntime as ort
        from onnxruntime.capi import onnxruntime_pybind11_state as kinds
    except ImportError as error:
        raise NoModel(f"{error.name} is not installed (the extra smart-turn)") from error
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except (
        kinds.Fail,
        kinds.InvalidProtobuf,
        kinds.InvalidGraph,
        kinds.NotImplemented,
        kinds.RuntimeException,
    ) as error:
        raise NoModel(f"{path} cannot be loaded: {error}") from error
    if [one.name for one in session.get_inputs()] != [_INPUT]:
        raise NoModel(f"{path} is no model of this family: it takes something else than {_INPUT}")
    return session


def _step_back() -> None:
    """Of this thread only, where the system lets threads differ (Linux)."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
