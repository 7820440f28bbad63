"""What resources may not write down, since the wall between tenants adds nothing to it."""

import ast
from collections.abc import Iterator

from tests.gates.house import Breach, Source, sources

WAYS_OUT = {
    "exists()": "the tenant is not added to it: `select(Model.id).where(…).exists()`",
    ".__table__": "the tenant is not added to tables: name the mapped class (`secondary=` of a relationship may)",
}


def reachable_subqueries() -> Iterator[Breach]:
    for source in sources("control_plane/resources"):
        for line, form in _forms(source):
            yield Breach(rule="reachable_subqueries", path=source.path, what=f":{line} uses {form}: {WAYS_OUT[form]}")


def _forms(source: Source) -> Iterator[tuple[int, str]]:
    secondary = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.keyword) and _is_link(node)}
    for node in ast.walk(source.tree):
        match node:
            case ast.ImportFrom(module=module, names=names) if (module or "").startswith("sqlalchemy"):
                if any(each.name == "exists" for each in names):
                    yield node.lineno, "exists()"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sqlalchemy" | "sa"), attr="exists")):
                yield node.lineno, "exists()"
            case ast.Attribute(attr="__table__") if id(node) not in secondary:
                yield node.lineno, ".__table__"


def _is_link(keyword: ast.keyword) -> bool:
    return keyword.arg == "secondary"
