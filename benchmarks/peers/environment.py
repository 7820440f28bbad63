"""The peers' own Python environment: made once from the lock beside this, apart from everything of the gateway."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.stack import ROOT

LOCK: Final = Path(__file__).with_name("requirements.lock")
FOLDER: Final = ROOT / "var" / "peers"
PYTHON: Final = FOLDER / "venv" / "bin" / "python"
STAMP: Final = FOLDER / "installed"
SHOWN: Final = ("pipecat-ai", "fastapi", "uvicorn", "uvloop", "deepgram-sdk", "anthropic", "websockets", "onnxruntime")
INSTALL_S: Final = 1800.0
ASK_S: Final = 60.0
_TAIL: Final = 15
_VERSIONS: Final = (
    "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
)


class NotInstalled(Exception):
    """The environment could not be made; the text says why, and what can be done."""


def prepare() -> Path:
    """Its Python, installed from the lock if that has not been done. Raises NotInstalled."""
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {sys.version}"
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return PYTHON
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise NotInstalled(f"{uv} is missing: `make setup` puts it there.")
    STAMP.unlink(missing_ok=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"installing the peer into {FOLDER / 'venv'}, about 500 MB", file=sys.stderr, flush=True)
    interpreter = str(Path(sys.executable).resolve())
    _run(str(uv), "venv", "--quiet", "--clear", "--python", interpreter, str(FOLDER / "venv"))
    install = ("pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), "--require-hashes")
    _run(str(uv), *install, "-r", str(LOCK))
    STAMP.write_text(wanted)
    return PYTHON


def versions(python: Path) -> dict[str, str]:
    """What counts of what is installed there."""
    done = subprocess.run(
        [str(python), "-c", _VERSIONS, *SHOWN], capture_output=True, text=True, timeout=ASK_S, check=True
    )
    return dict(json.loads(done.stdout))


def _run(*command: str) -> None:
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_S, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"the peer could not be installed: {error}") from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).splitlines()[-_TAIL:])
        raise NotInstalled(
            f"the peer could not be installed:\n{said}\n"
            "Is the package registry reachable? Nothing was measured; run the command again when it is."
        )
