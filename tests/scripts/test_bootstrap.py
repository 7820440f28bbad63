"""Setting up a checkout: when there is something to do, and what is said when it cannot be done."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with both locks and an environment that already has a Python."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    locks = {"run": tmp_path / "requirements.lock", "dev": tmp_path / "requirements-dev.lock"}
    for name, lock in locks.items():
        lock.write_text(f"{name}==1\n")
    for name, value in {
        "ROOT": tmp_path,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "centralita.json",
        "LOCKS": locks,
    }.items():
        monkeypatch.setattr(bootstrap, name, value)
    return tmp_path


def test_a_checkout_without_a_stamp_is_not_ready(checkout: Path) -> None:
    assert not bootstrap.is_ready("run")


def test_a_development_environment_is_ready_for_running_too(checkout: Path) -> None:
    bootstrap.write_stamp("dev")
    assert bootstrap.is_ready("dev")
    assert bootstrap.is_ready("run")


def test_an_environment_for_running_is_not_ready_for_tests(checkout: Path) -> None:
    bootstrap.write_stamp("run")
    assert bootstrap.is_ready("run")
    assert not bootstrap.is_ready("dev")


def test_a_changed_lock_a_moved_checkout_or_a_broken_stamp_make_it_unready(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.write_stamp("run")
    bootstrap.LOCKS["run"].write_text("run==2\n")
    assert not bootstrap.is_ready("run")
    bootstrap.write_stamp("run")
    monkeypatch.setattr(bootstrap, "ROOT", checkout / "elsewhere")
    assert not bootstrap.is_ready("run")
    bootstrap.STAMP.write_text("{")
    assert not bootstrap.is_ready("run")


def test_a_python_that_is_too_old_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (9, 0))
    with pytest.raises(bootstrap.SetupError, match=r"Python 9\.0 or newer is needed.*PYTHON="):
        bootstrap.check_python()


def test_without_venv_and_without_root_the_command_to_run_is_said(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*command: str, quiet: bool = False) -> bool:
        return False

    monkeypatch.setattr(bootstrap, "run", fails)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    with pytest.raises(bootstrap.SetupError, match="sudo apt-get install python3-venv"):
        bootstrap.make_venv()


def test_as_root_the_missing_package_is_installed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def works_after_apt(*command: str, quiet: bool = False) -> bool:
        ran.append(command)
        return command[0] == "apt-get" or any(done[:2] == ("apt-get", "install") for done in ran)

    monkeypatch.setattr(bootstrap, "run", works_after_apt)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    bootstrap.make_venv()
    assert [command[:2] for command in ran if command[0] == "apt-get"] == [
        ("apt-get", "update"),
        ("apt-get", "install"),
    ]


def test_pip_takes_over_when_uv_fails(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def without_uv(*command: str, quiet: bool = False) -> bool:
        ran.append(command)
        return bootstrap.UV not in command

    monkeypatch.setattr(bootstrap, "run", without_uv)
    bootstrap.install("run")
    assert "--require-hashes" in ran[-1]
    assert ran[-1][1:3] == ("-m", "pip")


def test_an_unknown_argument_stops_before_anything_is_touched(checkout: Path) -> None:
    done = subprocess.run(
        [sys.executable, bootstrap.__file__, "--nonsense"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2


def test_the_launcher_can_be_run(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = subprocess.CompletedProcess(args=(), returncode=0, stdout=f"{checkout}\n")
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda *_, **__: found)
    bootstrap.make_importable()
    launcher = checkout / ".venv" / "bin" / "gateway"
    assert launcher.stat().st_mode & stat.S_IXUSR
    assert (checkout / "centralita.pth").read_text() == f"{checkout}\n"
