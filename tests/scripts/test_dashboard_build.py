"""The dashboard is built when its sources have changed, and never keeps anything else from running."""

import subprocess
from pathlib import Path

import pytest

from scripts import dashboard


class Npm:
    """What was run; `fails` is the first word of the npm command that does not work."""

    def __init__(self, folder: Path) -> None:
        self.ran: list[str] = []
        self.fails = ""
        self._folder = folder

    def __call__(self, *command: str, seconds: int) -> bool:
        self.ran.append(command[1])
        if command[1] == self.fails:
            return False
        made = self._folder / ("node_modules" if command[1] == "ci" else "dist")
        made.mkdir(exist_ok=True)
        (made / "index.html").write_text("made")
        return True


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.tsx").write_text("1")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    npm = Npm(tmp_path)
    monkeypatch.setattr(dashboard, "FOLDER", tmp_path)
    monkeypatch.setattr(dashboard, "run", npm)
    monkeypatch.setattr(dashboard, "lacking", lambda: "")
    return npm


def test_it_is_installed_and_built_once(npm: Npm) -> None:
    assert dashboard.main() == 0
    assert dashboard.main() == 0
    assert npm.ran == ["ci", "run"]


def test_changed_sources_are_built_without_installing_again(npm: Npm, tmp_path: Path) -> None:
    dashboard.main()
    (tmp_path / "src" / "main.tsx").write_text("2")
    dashboard.main()
    assert npm.ran == ["ci", "run", "run"]


def test_a_changed_lock_is_installed_anew(npm: Npm, tmp_path: Path) -> None:
    dashboard.main()
    (tmp_path / "package-lock.json").write_text('{"a": 1}')
    dashboard.main()
    assert npm.ran == ["ci", "run", "ci", "run"]


def test_what_was_made_does_not_count_as_a_source(npm: Npm, tmp_path: Path) -> None:
    dashboard.main()
    for folder in ("node_modules", "dist", ".vite"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "new.js").write_text("x")
    dashboard.main()
    assert npm.ran == ["ci", "run"]


def test_an_installation_that_fails_stops_nothing_and_is_tried_again(
    npm: Npm, capsys: pytest.CaptureFixture[str]
) -> None:
    npm.fails = "ci"
    assert dashboard.main() == 0
    assert "could not be built" in capsys.readouterr().err
    npm.fails = ""
    dashboard.main()
    assert npm.ran == ["ci", "ci", "run"]


def test_a_build_that_failed_is_not_repeated_for_the_same_sources(
    npm: Npm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    npm.fails = "run"
    for _ in range(2):
        assert dashboard.main() == 0
    assert npm.ran == ["ci", "run"]
    assert "To try again: python3 scripts/dashboard.py --again" in capsys.readouterr().err
    dashboard.main("--again")
    assert npm.ran == ["ci", "run", "run"]
    npm.fails = ""
    (tmp_path / "src" / "main.tsx").write_text("2")
    dashboard.main()
    dashboard.main()
    assert npm.ran == ["ci", "run", "run", "run"]


def test_without_node_the_way_to_get_it_is_said(
    npm: Npm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(dashboard, "FOLDER", npm._folder)
    monkeypatch.setattr(dashboard.shutil, "which", lambda name: None)
    assert dashboard.main() == 0
    said = capsys.readouterr().err
    assert "Node.js 20.19 or newer is needed once" in said
    assert "apt-get install nodejs npm" in said


def test_an_old_node_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard.shutil, "which", lambda name: f"/usr/bin/{name}")
    told = subprocess.CompletedProcess(args=(), returncode=0, stdout="v18.20.4\n")
    monkeypatch.setattr(dashboard.subprocess, "run", lambda *_, **__: told)
    assert dashboard.lacking() == "Node.js 20.19 or newer is needed, this is 18.20.4"


def test_a_repository_without_a_dashboard_has_nothing_to_build(npm: Npm, tmp_path: Path) -> None:
    (tmp_path / "package.json").unlink()
    assert dashboard.main() == 0
    assert npm.ran == []
