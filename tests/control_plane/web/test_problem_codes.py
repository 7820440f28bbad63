"""Every code of a problem is in docs/api.md, and every one that is there can go out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane.core.refusals import REFUSALS
from control_plane.resources.registered import RESOURCES
from control_plane.web import description_problems
from control_plane.web.description_problems import ANSWERED, catalogue, status_of
from control_plane.web.errors import PROBLEMS

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "control_plane").rglob("*.py"))
ROW = re.compile(r"^\| (\d{3}) \| ((?:`[a-z_<>]+`(?:, )?)+) \| .+ \|$", re.MULTILINE)
OF_ANY_RESOURCE = "unknown_<resource>"


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield path, node


def words(call: ast.Call) -> list[object]:
    return [each.value if isinstance(each, ast.Constant) else None for each in call.args]


def documented() -> dict[str, int]:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    section = text.partition("\n## Errors\n")[2].partition("\n## ")[0]
    rows = [(int(status), code) for status, codes in ROW.findall(section) for code in re.findall("`([^`]+)`", codes)]
    assert len(rows) == len({code for _, code in rows}), "a code stands in two rows"
    return {code: status for status, code in rows}


def test_the_documentation_lists_every_code_with_its_status_and_no_other() -> None:
    assert documented() == {**catalogue(), OF_ANY_RESOURCE: 404}


def test_what_handlers_answer_themselves_is_in_the_catalogue() -> None:
    said = {}
    for path, call in calls("problem"):
        status, code = words(call)[:2]
        if isinstance(code, str):
            assert catalogue().get(code) == status, f"{path.name}: {code}"
            said[code] = status
        else:
            assert path.name == "errors.py", f"{path}: the code is not written out"
    assert said.keys() >= ANSWERED.keys(), "nobody answers with these"


def test_what_is_refused_has_a_declared_code() -> None:
    for path, call in calls("Refused"):
        code = next(iter(words(call)), None)
        if isinstance(code, str):
            assert code in REFUSALS or code.startswith("unknown_"), f"{path.name}: {code}"


def test_what_resources_say_that_they_refuse_is_known() -> None:
    for resource in RESOURCES:
        own = {code for code in resource.refuses if not code.startswith("unknown_")}
        assert own <= catalogue().keys(), resource.name


def test_what_operations_say_of_themselves_is_known() -> None:
    for path, call in calls("fails"):
        if path.name == "resources.py":
            continue  # of handlers made by machine the resources say it themselves
        for code in words(call):
            assert isinstance(code, str), f"{path.name}: the code is not written out"
            assert code in catalogue() or code.startswith("unknown_"), f"{path.name}: {code}"


def test_a_code_means_one_status() -> None:
    tables = ({known.code: known.status for known in PROBLEMS.values()}, ANSWERED, description_problems.OF_HTTP)
    for table in (*tables, {code: told.status for code, told in REFUSALS.items()}):
        assert {code: status_of(code) for code in table} == table


def test_a_code_that_nobody_declared_is_an_error() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        status_of("no_such_code")
