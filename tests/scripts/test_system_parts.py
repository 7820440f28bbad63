"""Programs of the distribution are found, installed where that is allowed, and else named with the way to get them."""

import subprocess
from pathlib import Path

import pytest

from scripts import system_parts
from scripts.system_parts import PARTS


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it; what lies in this folder is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_parts, "PLACES", str(tmp_path / "sbin"))
    monkeypatch.setattr(system_parts, "POLICY", tmp_path / "policy-rc.d")
    return tmp_path


def put(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


class Apt:
    """What apt-get was asked for, and whether an installed service could have started meanwhile."""

    def __init__(self, machine: Path, *, works: bool = True) -> None:
        self.asked: list[list[str]] = []
        self.at_rest: list[bool] = []
        self._machine = machine
        self._works = works

    def __call__(self, command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        self.asked.append(command[1:])
        policy = self._machine / "policy-rc.d"
        self.at_rest.append(policy.exists() and "exit 101" in policy.read_text())
        if self._works and command[1] == "install":
            put(self._machine / "nginx")
        return subprocess.CompletedProcess(command, 0 if self._works else 100)


@pytest.fixture
def apt(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    put(machine / "apt-get")
    apt = Apt(machine)
    monkeypatch.setattr(system_parts.subprocess, "run", apt)
    monkeypatch.setattr(system_parts.os, "geteuid", lambda: 0)
    return apt


def test_a_program_outside_of_the_path_of_ordinary_users_is_found(machine: Path) -> None:
    assert system_parts.find("nginx") is None
    put(machine / "sbin" / "nginx")
    assert system_parts.find("nginx") == str(machine / "sbin" / "nginx")


def test_any_of_the_names_of_a_program_will_do(machine: Path) -> None:
    put(machine / "google-chrome")
    assert system_parts.find("chromium") == str(machine / "google-chrome")


def test_what_is_there_is_left_alone(machine: Path, apt: Apt) -> None:
    put(machine / "nginx")
    assert system_parts.main(["nginx"]) == 0
    assert apt.asked == []


def test_the_administrator_gets_what_is_missing_installed_without_its_service_started(machine: Path, apt: Apt) -> None:
    assert system_parts.main(["nginx"]) == 0
    assert [command[0] for command in apt.asked] == ["update", "install"]
    assert apt.asked[1][-1] == "nginx-light"
    assert apt.at_rest == [True, True]
    assert not (machine / "policy-rc.d").exists()


def test_a_policy_that_somebody_else_made_stays(machine: Path, apt: Apt) -> None:
    (machine / "policy-rc.d").write_text("#!/bin/sh\nexit 0\n")
    assert system_parts.main(["nginx"]) == 0
    assert (machine / "policy-rc.d").read_text() == "#!/bin/sh\nexit 0\n"


def test_others_are_told_how_to_get_it(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_parts.os, "geteuid", lambda: 1000)
    assert system_parts.main(["nginx"]) == 1
    assert "nginx is missing (the web server in front). On Debian and Ubuntu: sudo apt-get install nginx-light" in (
        capsys.readouterr().err
    )


def test_an_installation_that_fails_is_told_and_ends_badly(
    machine: Path, apt: Apt, capsys: pytest.CaptureFixture[str]
) -> None:
    apt._works = False
    assert system_parts.main(["nginx"]) == 1
    said = capsys.readouterr().err
    assert "apt-get update failed (100)" in said
    assert "nginx is missing" in said
    assert not (machine / "policy-rc.d").exists()


def test_the_tests_ask_for_everything(machine: Path, apt: Apt) -> None:
    assert system_parts.main(["--tests"]) == 1, "this apt-get brings only one of them"
    assert set(apt.asked[1][4:]) == {part.package for part in PARTS.values()}


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        system_parts.main(["apache"])
    assert "unknown: apache; known: nginx" in capsys.readouterr().err
