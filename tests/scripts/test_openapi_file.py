"""The description that the dashboard's types are made from is the one of this program."""

from pathlib import Path

import pytest

from scripts import openapi


def test_the_file_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert openapi.main(["--check"]) == 0, capsys.readouterr().out


def test_it_is_the_same_every_time() -> None:
    assert openapi.description() == openapi.description()


def test_an_old_file_is_noticed_and_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "ROOT", tmp_path)
    monkeypatch.setattr(openapi, "TARGET", tmp_path / "openapi.json")
    assert openapi.main(["--check"]) == 1
    openapi.TARGET.write_text("{}")
    assert openapi.main(["--check"]) == 1
    assert openapi.TARGET.read_text() == "{}"
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0
