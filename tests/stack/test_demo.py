"""The demo, as a person starts it."""

import json
import subprocess
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOUD = 1000
"""Speech has samples beyond this; silence and line noise have none."""


@pytest.mark.stack
@pytest.mark.timeout(200)
def test_a_demo_call_is_talked_interrupted_closed_and_recorded(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "simulator.demo", "--json", "--keep", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["ok"], report["failures"]
    assert report["turns"] >= 4
    assert report["barge_ins"] >= 1
    assert report["line_closed"] is True
    assert any(turn["interrupted"] for turn in report["transcript"])
    assert 'src="recording.wav"' in Path(report["page"]).read_text(encoding="utf-8")
    caller, agent = tracks(Path(report["recording"]))
    assert max(caller) > LOUD
    assert max(agent) > LOUD


def tracks(path: Path) -> tuple[Sequence[int], Sequence[int]]:
    """Left and right samples of a stereo WAV of at least half a minute."""
    with wave.open(str(path)) as recording:
        assert recording.getnchannels() == 2
        assert recording.getsampwidth() == 2
        assert recording.getnframes() / recording.getframerate() > 30
        samples = array("h", recording.readframes(recording.getnframes()))
    return samples[0::2], samples[1::2]
