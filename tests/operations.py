"""Every operation of the program as it runs, as its routes and its description tell of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quart import Quart

from tests.gateways import Served

NOBODYS = "01a1ff2d-0000-7000-8000-000000000000"
"""An id that no row has."""

PARAMETER = re.compile(r"<[^>]*>|{[^}]*}")
ROUTED = re.compile(r"<(?:[^:>]*:)?([^>]*)>")


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a route."""

    method: str
    path: str
    endpoint: str

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


def operations(app: Quart) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Operation(method, rule.rule, rule.endpoint)


def address(path: str, row_id: str = NOBODYS) -> str:
    """The path with this for all its ids."""
    return PARAMETER.sub(lambda found: "1" if found[0].startswith(("<int:", "<float:")) else row_id, path)


async def told(answer: Any) -> tuple[int, str]:
    """Status, and the code of a refusal."""
    if answer.mimetype != "application/problem+json":
        return answer.status_code, ""
    return answer.status_code, (await answer.get_json())["code"]


class Description:
    """What the description promises. Operations are called `POST /api/bots/{row_id}`."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._parts = content["components"]
        self._operations = {
            f"{method.upper()} {path}": operation
            for path, methods in content["paths"].items()
            for method, operation in methods.items()
        }

    @classmethod
    async def of(cls, it: Served) -> "Description":
        return cls(await (await it.get("/openapi.json")).get_json())

    @property
    def labels(self) -> list[str]:
        return list(self._operations)

    def taking(self, header: str) -> list[str]:
        """Operations that understand a header: `If-Match`."""
        found = []
        for label, operation in self._operations.items():
            names = (each["$ref"].rpartition("/")[2] for each in operation["parameters"] if "$ref" in each)
            if any(self._parts["parameters"][name]["name"] == header for name in names):
                found.append(label)
        return found

    def demanded(self) -> list[str]:
        """Headers that some operation cannot do without."""
        return [each["name"] for each in self._parts["parameters"].values() if each["required"]]

    def codes(self, label: str, status: int) -> list[str]:
        """Codes of the refusals with this status."""
        answer = self._operations[label]["responses"].get(str(status), {})
        if "$ref" not in answer:
            return []
        schema = self._parts["responses"][answer["$ref"].rpartition("/")[2]]["content"]["application/problem+json"]
        return list(schema["schema"]["allOf"][1]["properties"]["code"]["enum"])

    def example(self, method: str, path: str) -> Any:
        """A body of a route that is told as the router tells it; None where it takes none."""
        described = ROUTED.sub(r"{\1}", path)
        operation = self._operations.get(f"{method} {described}", {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        model = self._parts["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        return next(iter(model.get("examples", ())), None)
