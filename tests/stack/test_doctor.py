"""`gateway doctor` beside a running installation."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.stack.running import ROOT, Stack

pytestmark = pytest.mark.stack


def doctor(stack: Stack, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "control_plane", "doctor", *options],
        cwd=ROOT,
        env={**stack._environment(), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines(report: Any) -> dict[str, str]:
    return {line["name"]: line["code"] for line in json.loads(report)["checks"]}


def test_a_sound_installation_is_found_sound_and_a_broken_one_told_apart(start: Callable[..., Stack]) -> None:
    stack = start()
    seen = doctor(stack, "--json")
    assert seen.returncode == 0, seen.stdout + seen.stderr
    found = lines(seen.stdout)
    assert found.pop("echo call") in ("echo.ok", "echo.slow", "echo.partly")
    assert {name: code for name, code in found.items() if code.endswith(".ok")}.keys() >= {
        *("telnyx", "deepgram", "anthropic", "elevenlabs", "webhook unsigned", "webhook forged"),
        *("database", "storage", "clock"),
    }
    broken = doctor(stack, "--no-call", DEEPGRAM_API_KEY="wrong", TELNYX_CONNECTION_ID="7", LOG_LEVEL="INFO")
    assert broken.returncode == 1
    assert "DEEPGRAM_API_KEY" in broken.stdout
    assert "TELNYX_CONNECTION_ID does not exist" in broken.stdout
    assert "\x1b[" not in broken.stdout
    stranger = doctor(stack, "--json", STREAM_SECRET="of-another-installation")
    assert lines(stranger.stdout)["echo call"] == "echo.away"
