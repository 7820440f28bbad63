"""The description of the API as OpenAPI: what every operation has beyond what its handler says."""

import re
from collections.abc import Iterable
from typing import Any, Final

from quart_schema.openapi import OpenAPIProvider
from werkzeug.routing.rules import Rule

from control_plane.web.view_schemas import AudioFile, Csv, EventStream, MetricsText, Nothing

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


def _text(kind: str) -> dict[str, Any]:
    return {kind: {"schema": {"type": "string"}}}


OTHER_KINDS: Final[dict[Any, dict[str, Any]]] = {
    Nothing: {},
    AudioFile: {"audio/*": {"schema": {"type": "string", "format": "binary"}}},
    Csv: _text("text/csv"),
    EventStream: _text("text/event-stream"),
    MetricsText: _text("text/plain"),
}
"""Answers that are not JSON, by the model that stands for them."""


class ApiDescription(OpenAPIProvider):
    """Gives every operation an id of its own, though a handler may serve two paths, and says how it fails."""

    def __init__(self, app: Any, extension: Any) -> None:
        super().__init__(app, extension)
        self._known: dict[str, dict[str, Any]] = {}

    def generate_rules(self) -> Iterable[Rule]:
        return (rule for rule in super().generate_rules() if rule.rule.startswith(DESCRIBED))

    def schema(self) -> dict[str, Any]:
        described = super().schema()
        described["paths"] = {path: described["paths"][path] for path in sorted(described["paths"])}
        schemas = described["components"]["schemas"]
        described["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas)}
        return described

    def build_request_body(self, model: Any, source: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        body, components = super().build_request_body(model, source)
        return body, self._named(body, components)

    def build_response_object(self, model: Any, headers_model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        response, components = super().build_response_object(model, headers_model)
        kind = OTHER_KINDS.get(model)
        if kind is not None:
            response["content"] = kind
            return response, {}
        return response, self._named(response, components)

    def _named(self, of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
        """The components of a body, its own model among them: else clients would have no name for it."""
        for content in of["content"].values():
            schema = content["schema"]
            if "title" in schema and "$ref" not in schema:
                content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}
                components = {**components, schema["title"]: schema}
        for name, schema in components.items():
            if self._known.setdefault(name, schema) != schema:
                raise ValueError(f"two models of the API are called {name}")
        return components

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        paths, components = super().build_paths(rule)
        for path, method, operation in [(p, m, each) for p, methods in paths.items() for m, each in methods.items()]:
            operation["operationId"] = f"{method}_{re.sub(r'[^a-z]+', '_', path).strip('_')}"
            success = operation["responses"] or {"200": {"description": "As described above."}}
            operation["responses"] = {**success, "default": PROBLEM}
        return paths, components
