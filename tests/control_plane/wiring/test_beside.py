"""Which installation the doctor looks at."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from control_plane.settings import Settings
from control_plane.wiring.beside import FILE_NAME, beside
from stack import addresses

TOLD = {"process": os.getpid(), "url": "http://127.0.0.1:8080", "sidecar_url": "http://127.0.0.1:4009"}


def tell(folder: Path, told: Any) -> None:
    (folder / FILE_NAME).write_text(json.dumps(told), encoding="utf-8")


def test_a_running_installation_is_found(tmp_path: Path) -> None:
    tell(tmp_path, TOLD)
    settings, url = beside(Settings(data_dir=tmp_path))
    assert (url, settings.sidecar_url) == (TOLD["url"], TOLD["sidecar_url"])


def test_what_is_set_stays(tmp_path: Path) -> None:
    tell(tmp_path, TOLD)
    given = Settings(
        data_dir=tmp_path, webhook_base_url="https://calls.example.com", sidecar_url="http://10.0.0.2:3009"
    )
    assert beside(given) == (given, "")


def test_one_that_has_died_is_not_looked_for(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    tell(tmp_path, {**TOLD, "process": gone.pid})
    given = Settings(data_dir=tmp_path)
    assert beside(given) == (given, "")


@pytest.mark.parametrize("told", [[], {}, {"process": "x"}, None])
def test_a_file_that_says_nothing_is_none(tmp_path: Path, told: Any) -> None:
    tell(tmp_path, told)
    given = Settings(data_dir=tmp_path)
    assert beside(given) == (given, "")


def test_the_runner_writes_the_file_that_is_read() -> None:
    assert addresses.FILE_NAME == FILE_NAME
