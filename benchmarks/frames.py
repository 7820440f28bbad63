"""The command `python -m benchmarks.frames`: what the steps of one 20 ms frame cost by themselves, in µs.

The steps are statements for `timeit`, so that nothing here depends on the gateway's packages. A step that works on
another frame each time takes them from an endless cycle, whose own cost is subtracted.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from timeit import Timer
from typing import Any, Final

from benchmarks import machine, tables
from simulator.audio.speech import line_noise, speech

FRAME: Final = 160
REPEATS: Final = 7
AT_LEAST_S: Final = 0.05

_SPEECH: Final = speech("Buenas tardes, quiero pedir una cita para mi perro, que está enfermo.")
_NOISE: Final = line_noise(1, -55.0)


def frames_of(audio: bytes) -> list[bytes]:
    return [audio[start : start + FRAME] for start in range(0, len(audio) - FRAME + 1, FRAME)]


NAMES: Final[Mapping[str, Any]] = {
    "speech": frames_of(_SPEECH),
    "quiet": frames_of(_NOISE),
    "silence": [b"\xff" * FRAME],
}
"""What the statements may use: frames of PCMU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`statement` is what one frame costs; `f` in it is the next of the frames that `frames` names."""

    name: str
    statement: str
    setup: str
    frames: str = "speech"


_CODEC: Final = """
from control_plane.adapters.carriers.telnyx.media import TelnyxMedia
codec = TelnyxMedia()
"""
_GATE: Final = """
from control_plane.core.turn.vad import VadGate
gate = VadGate()
"""
_INBOUND: Final = (
    _CODEC
    + """
import base64
head = '{"event":"media","sequence_number":"1042","stream_id":"32de0dea-53cb-4b21-89a4-9e1819c043bc","media":{"track":'
text = head + '"inbound","chunk":"1040","timestamp":"20800","payload":"' + base64.b64encode(speech[7]).decode() + '"}}'
"""
)
_PLAYOUT: Final = """
from control_plane.core.audio.playout import Playout
playout = Playout()
piece = b"".join(speech[:10])
now = [0.0]
def send():
    if playout.buffered_s < 1.0:
        playout.add(piece * 2)
    now[0] += 0.2
    playout.due(now[0])
"""
_HEARING: Final = """
from control_plane.observability.metrics import Metrics
from control_plane.ports.hearing import HearingOptions
from control_plane.services.media.hearing import Hearing
class Taker:
    def offer(self, audio):
        return True
hearing = Hearing(None, HearingOptions(), heard=print, metrics=Metrics(version="bench"))
hearing._ear = Taker()
"""

STEPS: Final = (
    Step(name="codec: message to frame", statement="codec.receive(text)", setup=_INBOUND),
    Step(name="codec: frame to message", statement="codec.audio(f)", setup=_CODEC),
    Step(
        name="codec: 200 ms to message",
        statement="codec.audio(long)",
        setup=_CODEC + 'long = b"".join(speech[:10])',
    ),
    Step(
        name="reorder, in order",
        statement="chunk += 1; order.push(chunk, f)",
        setup="from control_plane.core.audio.reorder import Reorder\norder = Reorder(); chunk = 0",
    ),
    Step(
        name="framer",
        statement="framer.push(f)",
        setup="from control_plane.core.audio.framer import Framer\nframer = Framer()",
    ),
    Step(name="voice gate: silence", statement="gate.feed(f)", setup=_GATE, frames="silence"),
    Step(name="voice gate: line noise", statement="gate.feed(f)", setup=_GATE, frames="quiet"),
    Step(name="voice gate: speech", statement="gate.feed(f)", setup=_GATE),
    Step(name="playout: 200 ms taken in and sent", statement="send()", setup=_PLAYOUT),
    Step(name="to the recogniser, but for its socket", statement="hearing.feed(f)", setup=_HEARING, frames="quiet"),
    Step(
        name="A-law to µ-law",
        statement="f.translate(ALAW_TO_ULAW)",
        setup="from control_plane.core.audio.g711 import ALAW_TO_ULAW",
    ),
)


def cost_us(statement: str, setup: str, *, frames: str) -> float:
    """The least of REPEATS averages: what else the machine did can only make it more."""
    cycle = f"{setup}\nfrom itertools import cycle\nnext_frame = cycle({frames}).__next__"
    timer = Timer(f"f = next_frame(); {statement}", cycle, globals=dict(NAMES))
    number = 1
    while (took := timer.timeit(number)) < AT_LEAST_S:
        number = max(number * 2, round(number * 1.2 * AT_LEAST_S / max(took, 1e-9)))
    return min(timer.repeat(REPEATS, number)) / number * 1e6


def measure(steps: Iterable[Step]) -> list[Sequence[str]]:
    """A head and a row for each step."""
    rows: list[Sequence[str]] = [("step", "µs")]
    for step in steps:
        empty = cost_us("pass", step.setup, frames=step.frames)
        rows.append((step.name, f"{max(0.0, cost_us(step.statement, step.setup, frames=step.frames) - empty):.2f}"))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frames", description="What one frame costs, in µs.")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="where to measure")
    machine.settle(frozenset({parser.parse_args().pin}))
    rows = measure(STEPS)
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
