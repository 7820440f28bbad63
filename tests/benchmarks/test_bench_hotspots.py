"""How the sampler's findings are put together."""

from benchmarks.hotspots import hotspots, shown
from benchmarks.stack import ROOT

LOOP = ("/usr/lib/python3.11/asyncio/runners.py", "Runner.run", 86)
SEND = ("/x/.venv/lib/python3.11/site-packages/websockets/frames.py", "Frame.serialize", 334)
FEED = (f"{ROOT}/control_plane/core/turn/vad.py", "VadGate.feed", 98)
WORK = (f"{ROOT}/control_plane/services/media/stream.py", "MediaStream._work", 111)
SAMPLES = [(3, [FEED, WORK, LOOP]), (1, [SEND, WORK, LOOP])]


def test_places_are_named_from_their_package_on() -> None:
    assert shown(SEND) == "websockets/frames.py:334 Frame.serialize"
    assert shown(LOOP) == "asyncio/runners.py:86 Runner.run"
    assert shown(FEED) == "control_plane/core/turn/vad.py:98 VadGate.feed"


def test_samples_are_added_up_by_task_package_and_function() -> None:
    tasks, packages, own, within = hotspots(SAMPLES, us_per_frame=200.0)
    assert tasks[1:] == [("100.0", "200.0", shown(WORK))]
    assert packages[1:] == [("75.0", "150.0", "control_plane/core"), ("25.0", "50.0", "websockets")]
    assert own[1:] == [("75.0", "150.0", shown(FEED)), ("25.0", "50.0", shown(SEND))]
    assert {row[2]: row[0] for row in within[1:]} == {shown(WORK): "100.0", shown(FEED): "75.0"}
