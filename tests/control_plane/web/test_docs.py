"""The pages of the API: open to everybody, drawn with files that are here or said to be missing."""

from pathlib import Path

import pytest

from control_plane.web import docs
from tests.gateways import ELSEWHERE, Served


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    monkeypatch.setattr(docs, "FILES", folder)
    return folder


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_strangers_may_read_it(it: Served, path: str) -> None:
    assert (await it.get(path, client=ELSEWHERE)).status_code == 200


async def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_of_its_own(it: Served) -> None:
    page = await (await it.get("/docs")).get_data(as_text=True)
    assert "://" not in page
    assert "<script>" not in page
    assert "scripts/dashboard.py" in page


async def test_its_files_come_from_the_built_dashboard(it: Served, files: Path) -> None:
    (files / "start.js").write_text("go()")
    (files.parent / "secret.txt").write_text("x")
    answer = await it.get("/docs/start.js")
    assert await answer.get_data(as_text=True) == "go()"
    assert "javascript" in answer.headers["content-type"]
    assert (await it.get("/docs/..%2fsecret.txt")).status_code == 404
    assert (await it.get("/docs/..")).status_code == 404


async def test_without_them_it_says_how_to_get_them(it: Served, files: Path) -> None:
    answer = await it.get("/docs/start.js")
    assert answer.status_code == 404
    assert "scripts/dashboard.py" in (await answer.get_json())["detail"]


async def test_the_description_is_asked_for_only_when_it_changed(it: Served) -> None:
    answer = await it.get("/openapi.json")
    again = await it.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
