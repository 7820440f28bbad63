"""The description of the API as OpenAPI: what every operation has beyond what its handler says."""

import re
from collections.abc import Iterable
from typing import Any, Final

from quart_schema.openapi import OpenAPIProvider
from werkzeug.routing.rules import Rule

DESCRIBED: Final = ("/api/", "/health", "/metrics")
"""Prefixes of what programs use. Pages, blobs, webhooks and sockets are spoken to by those who know them."""

_FIELDS: Final = {"type": "string", "title": "string", "status": "integer", "code": "string", "detail": "string"}

PROBLEM: Final[dict[str, Any]] = {
    "description": "What went wrong, as RFC 9457 puts it; `code` is stable.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {name: {"type": kind} for name, kind in _FIELDS.items()},
                "required": ["type", "title", "status", "code"],
            }
        }
    },
}


class ApiDescription(OpenAPIProvider):
    """Gives every operation an id of its own, though a handler may serve two paths, and says how it fails."""

    def generate_rules(self) -> Iterable[Rule]:
        return (rule for rule in super().generate_rules() if rule.rule.startswith(DESCRIBED))

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        paths, components = super().build_paths(rule)
        for path, method, operation in [(p, m, each) for p, methods in paths.items() for m, each in methods.items()]:
            operation["operationId"] = f"{method}_{re.sub(r'[^a-z]+', '_', path).strip('_')}"
            success = operation["responses"] or {"200": {"description": "As described above."}}
            operation["responses"] = {**success, "default": PROBLEM}
        return paths, components
