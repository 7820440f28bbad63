"""The dashboard in a real browser, served by the real installation, with simulated calls."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import dashboard
from tests.installation.parts import demand
from tests.stack.installed import Installed

BROWSER_TESTS_S = 480
COMMAND = ("npx", "--no-install", "vitest", "run", "--config", "browser/vitest.config.ts")

pytestmark = [pytest.mark.stack, pytest.mark.timeout(BROWSER_TESTS_S + 120)]


def built_or_skipped() -> None:
    """Where everything has to be there (`CI`), a dashboard that is not built is a failure."""
    if (dashboard.FOLDER / "dist" / "index.html").is_file():
        return
    sentence = "the dashboard is not built: scripts/dashboard.py says why"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    demand("nginx")
    built_or_skipped()
    with Installed(tmp_path) as running:
        yield running


def test_people_see_hear_and_steer_it_in_a_browser(installed: Installed) -> None:
    chromium = demand("chromium")
    ran = subprocess.run(
        COMMAND,
        cwd=dashboard.FOLDER,
        env={**os.environ, **installed.addresses, "DASHBOARD_CHROMIUM": chromium, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BROWSER_TESTS_S,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{installed.logs()}"
