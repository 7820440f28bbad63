"""The demo, as a person starts it."""

import json
import subprocess
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.installation.parts import demand

ROOT = Path(__file__).parents[2]
LOUD = 1000
"""Speech has samples beyond this; silence and line noise have none."""


pytestmark = [pytest.mark.stack, pytest.mark.timeout(200)]


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulator.demo", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_demo_call_is_talked_interrupted_closed_and_recorded(tmp_path: Path) -> None:
    demand("nginx")
    ran = demo("--json", "--keep", str(tmp_path))
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
    assert report["through"] == "nginx"
    passed = [json.loads(line) for line in (tmp_path / "data/edge/logs/access.log").read_text().splitlines()]
    kinds = {entry["path"].split("/")[1] for entry in passed if entry["status"] < 400}
    assert {"webhook", "stream", "blobs"} <= kinds, "the whole call passes through Nginx"


def test_a_demo_call_goes_without_nginx_when_asked_to(tmp_path: Path) -> None:
    script = ("--script", "keys", "--fast")
    ran = demo("--direct", *script, "--keep", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert "there is no dashboard" in ran.stdout
    assert "Sign in as" not in ran.stdout
    assert not (tmp_path / "data/edge").exists()


def tracks(path: Path) -> tuple[Sequence[int], Sequence[int]]:
    """Left and right samples of a stereo WAV of at least half a minute."""
    with wave.open(str(path)) as recording:
        assert recording.getnchannels() == 2
        assert recording.getsampwidth() == 2
        assert recording.getnframes() / recording.getframerate() > 30
        samples = array("h", recording.readframes(recording.getnframes()))
    return samples[0::2], samples[1::2]
