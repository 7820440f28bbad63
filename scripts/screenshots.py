"""What the pictures in docs/images are taken of: the installation, running, with simulated calls.

.venv/bin/python -m scripts.screenshots              in English and in Spanish; about two minutes
.venv/bin/python -m scripts.screenshots --to DIR     elsewhere
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts import dashboard, system_parts
from tests.stack.installed import Installed

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
PATIENCE_S = 600
COMMAND = ("npx", "--no-install", "vitest", "run", "--config", "browser/vitest.config.ts")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Take the pictures of the dashboard anew.")
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="DIR", help="where they go (default: docs/images)")
    folder: Path = parser.parse_args(arguments).to.resolve()
    chromium = system_parts.find("chromium")
    if chromium is None or not (dashboard.FOLDER / "dist" / "index.html").is_file():
        sys.stderr.write("Chromium and the built dashboard are needed: make screenshots provides both.\n")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="centralita-pictures-") as place, Installed(Path(place)) as running:
        wanted = {"DASHBOARD_PICTURES": str(folder), "DASHBOARD_CHROMIUM": chromium}
        environment = {**os.environ, **running.addresses, **wanted}
        done = subprocess.run(COMMAND, cwd=dashboard.FOLDER, env=environment, timeout=PATIENCE_S, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
