"""Many calls at once."""

from io import StringIO

from rich.console import Console

from simulator.demo import crowd_view
from simulator.demo.crowd import Crowd
from simulator.demo.feed import Event
from tests.simulator.demo.recorded import turn


def state(call: str, phase: str) -> Event:
    return Event(topic="call.state", call_id=call, body={"phase": phase})


def test_every_call_is_counted_in_one_state() -> None:
    crowd = Crowd(5, began_at=0.0)
    for call, phase in (("a", "ringing"), ("b", "ringing"), ("a", "talking"), ("c", "ended"), ("b", "transferring")):
        crowd.apply(state(call, phase))
    crowd.refused()
    assert crowd.by_state() == {"waiting": 1, "talking": 1, "ended": 1, "failed": 1, "transferring": 1}
    assert crowd.ended == 2


def test_percentiles_grow_with_the_turns() -> None:
    crowd = Crowd(1, began_at=0.0)
    assert crowd.latency_ms()["p50"] is None
    crowd.apply(turn(0, "agent", "Hola."))
    crowd.apply(turn(2, "agent", "Bien.", timed=True))
    crowd.apply(turn(4, "agent", "Muy bien.", heard="Muy", timed=True))
    assert (crowd.turns, crowd.barge_ins) == (2, 1)
    assert (crowd.latency_ms()["p95"], crowd.share_ms()["p95"]) == (1048.7, 0.7)


def test_the_picture_has_a_bar_counts_and_numbers() -> None:
    crowd = Crowd(2, began_at=0.0)
    crowd.apply(state("a", "ended"))
    crowd.apply(turn(2, "agent", "Bien.", timed=True))
    console = Console(file=StringIO(), width=80, color_system=None)
    console.print(crowd_view.render(crowd, 7.5))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "1 of 2 calls ·   7.5 s" in text
    assert "waiting 1 · ended 1" in text
    assert "latency p50 1049 p95 1049 p99 1049 ms" in text.replace("\n", " ")
