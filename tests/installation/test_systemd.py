"""The units for systemd name what exists, and systemd takes them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from control_plane.settings import Settings
from stack.options import EdgeOptions, parse
from tests.gates.house import ROOT

FOLDER = ROOT / "systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))


def unit(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").replace("\\\n", " ")


def value(text: str, name: str) -> str:
    return re.findall(rf"^{name}=(.*)$", text, re.M)[-1]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_a_module_of_this_repository_as_its_own_user(name: str) -> None:
    text = unit(name)
    module = re.search(r"/python -m (\w+)", value(text, "ExecStart"))
    assert module is not None
    assert (ROOT / module[1] / "__main__.py").is_file()
    assert value(text, "User") == "centralita"
    assert value(text, "ProtectSystem") == "strict"
    assert value(text, "NoNewPrivileges") == "true"
    assert value(text, "UMask") == "0077"
    assert value(text, "StateDirectoryMode") == "0700"
    assert value(text, "PartOf") == "centralita.target"


def test_a_control_plane_has_time_to_drain() -> None:
    drain = Settings.model_fields["drain_seconds"].default
    assert int(value(unit("centralita-control-plane@.service"), "TimeoutStopSec")) >= drain + 10


def test_the_options_of_the_web_server_in_the_manual_are_understood() -> None:
    manual = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    [given] = re.findall(r"^EDGE_OPTIONS=(.*)$", manual, re.M)
    options = parse(["edge", "--folder", "x", *given.split()])
    assert isinstance(options, EdgeOptions)
    assert (options.port, options.tls_port) == (80, 443)
    assert len(options.control) == 2


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for path in FOLDER.iterdir():
        # It also looks whether the programs exist, and these lie where the manual puts them.
        text = path.read_text().replace("/opt/centralita/.venv/bin/python", "/bin/true")
        (tmp_path / path.name.replace("@.", "@a.")).write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (verified.returncode, verified.stderr) == (0, "")
