"""The description of the API as OpenAPI 3.1: what every operation has beyond what its handler says."""

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from quart_schema.openapi import OpenAPIProvider
from werkzeug.routing import BaseConverter
from werkzeug.routing.rules import Rule

from control_plane.web import access, description_areas, description_headers, identity, operation
from control_plane.web.description_problems import SCHEMAS, Failures, implied
from control_plane.web.needs import SIGNED_IN
from control_plane.web.view_schemas import AudioFile, Csv, EventStream, JsonLines, MetricsText, Nothing

DESCRIBED: Final = ("/api/", "/health", "/metrics")
"""Prefixes of what programs use. Pages, blobs, webhooks and sockets are spoken to by those who know them."""

ABOUT: Final = """\
The gateway for AI phone calls, as programs use it.

* Bodies and answers are JSON with English keys in `snake_case`; times are unix seconds, money is a decimal in a text
  beside its currency (ISO 4217).
* Every error is `application/problem+json` (RFC 9457) with a stable `code`.
* Lists have `items` and `next_cursor`, which is empty on the last page.
* Programs on the same machine need no token.
"""

PARAMETER: Final = re.compile("<(?:[^:<>]*:)?([^<>]+)>")

BEARER: Final = "bearer"
SESSION: Final = "session"

SECURITY_SCHEMES: Final[dict[str, dict[str, str]]] = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token, an API key, or the AUTH_TOKEN of the installation.",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": identity.COOKIE,
        "description": "Browsers that signed in. What changes something has to come from a page of this server.",
    },
}

FORMATS: Final[dict[str, dict[str, Any]]] = {
    "UUIDConverter": {"type": "string", "format": "uuid"},
    "FloatConverter": {"type": "number"},
}
"""Schemas of path parameters, by the converter of the route."""


def _text(kind: str) -> dict[str, Any]:
    return {kind: {"schema": {"type": "string"}}}


OTHER_KINDS: Final[dict[Any, dict[str, Any]]] = {
    Nothing: {},
    AudioFile: {"audio/*": {"schema": {"type": "string", "format": "binary"}}},
    Csv: _text("text/csv"),
    JsonLines: _text("application/jsonl"),
    EventStream: {"text/event-stream": {"schema": {}}},
    MetricsText: {**_text("text/plain"), **_text("application/openmetrics-text")},
}
"""Answers that are not JSON, by the model that stands for them."""


class ApiDescription(OpenAPIProvider):
    """Gives every operation a name of its own, says who may use it, what it takes in headers and how it fails."""

    def __init__(self, app: Any, extension: Any) -> None:
        super().__init__(app, extension)
        self._begin()

    def _begin(self) -> None:
        self._known: dict[str, dict[str, Any]] = {}
        self._failures = Failures()
        self._areas: dict[str, str] = {}
        self._taken: set[str] = set()
        self._names: set[str] = set()
        self._endpoints: set[str] = set()

    def generate_rules(self) -> Iterable[Rule]:
        rules = (rule for rule in super().generate_rules() if rule.rule.startswith(DESCRIBED))
        return sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ())))

    def schema(self) -> dict[str, Any]:
        self._begin()
        described = super().schema()
        described["info"]["description"] = ABOUT
        described["servers"] = [{"url": "/", "description": "The server that tells this."}]
        described["tags"] = description_areas.tags(self._areas)
        schemas = {**described["components"]["schemas"], **SCHEMAS}
        described["components"] = {
            "schemas": {name: schemas[name] for name in sorted(schemas)},
            "responses": self._failures.components(),
            "parameters": description_headers.parameter_components(self._taken),
            "headers": description_headers.answer_components(),
            "securitySchemes": SECURITY_SCHEMES,
        }
        return described

    def build_path_parameter(self, name: str, converter: BaseConverter) -> dict[str, Any]:
        parameter = super().build_path_parameter(name, converter)
        parameter["schema"] = FORMATS.get(type(converter).__name__, parameter["schema"])
        of = name.removesuffix("_id").replace("_", " ")
        parameter["description"] = "Its id." if of == "row" else f"Id of the {of}." if of != name else f"Which {of}."
        return parameter

    def build_querystring_parameters(self, model: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """What may be null in the model is left out of an address."""
        parameters, components = super().build_querystring_parameters(model)
        for parameter in parameters:
            schema = parameter["schema"]
            kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
            if len(kinds) == 1:
                parameter["schema"] = schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **kinds[0]}
            if schema.get("default", ...) is None:
                del schema["default"]
            schema.pop("title", None)
            needed = (name for name, field in model.model_fields.items() if field.is_required())
            if parameter["name"] in {model.model_fields[name].alias or name for name in needed}:
                parameter["required"] = True
        return parameters, self._unambiguous(components)

    def build_request_body(self, model: Any, source: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        body, components = super().build_request_body(model, source)
        return {**body, "required": True}, self._named(body, components)

    def build_response_object(self, model: Any, headers_model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        response, components = super().build_response_object(model, headers_model)
        # The library puts the headers among the kinds of content.
        if headers := response["content"].pop("headers", None):
            response["headers"] = headers
        kind = OTHER_KINDS.get(model)
        if kind is not None:
            response["content"] = kind
            return response, {}
        return response, self._named(response, components)

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        paths, components = super().build_paths(rule)
        # The library takes `<a>/b/<int:c>` for one parameter.
        paths = {PARAMETER.sub(r"{\1}", rule.rule): methods for methods in paths.values()}
        handler = self._app.view_functions[rule.endpoint]
        for path, methods in paths.items():
            for method in sorted(methods):
                methods[method] = self._finished(methods[method], rule=rule, handler=handler, at=(method, path))
        return paths, components

    def _finished(
        self, began: dict[str, Any], *, rule: Rule, handler: Callable[..., Any], at: tuple[str, str]
    ) -> dict[str, Any]:
        method, path = at
        permission: str = _permission(handler)
        taken: tuple[str, ...] = getattr(handler, operation.TAKES, ())
        self._taken |= set(taken)
        finished = {
            **began,
            **_texts(handler, permission),
            "operationId": self._name(handler, endpoint=rule.endpoint, at=at),
            "tags": [self._area(handler, rule.endpoint)],
            "security": _security(path, permission),
            "parameters": [*began["parameters"], *description_headers.parameters(taken)],
        }
        codes = implied(finished, method=method, path=path, permission=permission)
        success = began["responses"] or {"200": {"description": "As described above."}}
        given = description_headers.answers(getattr(handler, operation.GIVES, ()))
        finished["responses"] = {
            **{str(status): _with_headers(answer, given) for status, answer in success.items()},
            **self._failures.of([*codes, *getattr(handler, operation.PROBLEMS, ())]),
        }
        return finished

    def _area(self, handler: Callable[..., Any], endpoint: str) -> str:
        name, about = description_areas.of(handler, self._app.blueprints.get(endpoint.rpartition(".")[0]))
        if hasattr(handler, operation.AREA):
            self._areas[name] = about  # said on purpose: it counts more than the first line of a module
        self._areas.setdefault(name, about)
        return name

    def _name(self, handler: Callable[..., Any], *, endpoint: str, at: tuple[str, str]) -> str:
        """Of blueprint and function; a second path or method of the same function is named by itself."""
        words = dict.fromkeys(endpoint.replace("-", "_").split("."))
        name = getattr(handler, operation.OPERATION, "") or "_".join(words)
        if endpoint in self._endpoints:
            name = f"{at[0]}_{re.sub(r'[^a-z]+', '_', at[1].removeprefix('/api')).strip('_')}"
        self._endpoints.add(endpoint)
        if name in self._names:
            raise ValueError(f"two operations of the API are called {name}")
        self._names.add(name)
        return name

    def _named(self, of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
        """The components of a body, its own model among them: else clients would have no name for it."""
        for content in of["content"].values():
            schema = content["schema"]
            if "title" in schema and "$ref" not in schema:
                content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}
                components = {**components, schema["title"]: schema}
        return self._unambiguous(components)

    def _unambiguous(self, components: dict[str, Any]) -> dict[str, Any]:
        for name, schema in components.items():
            _amounts_as_text(schema)
            if self._known.setdefault(name, schema) != schema or name in SCHEMAS:
                raise ValueError(f"two models of the API are called {name}")
        return components


def _amounts_as_text(schema: dict[str, Any]) -> None:
    """The defaults of decimals, which bodies carry as text, are told as numbers by the models."""
    for field in schema.get("properties", {}).values():
        if field.get("type") == "string" and isinstance(field.get("default"), int | float):
            field["default"] = str(field["default"])


def _permission(handler: Callable[..., Any]) -> str:
    """Empty: whoever is known may."""
    permission: str = getattr(handler, operation.PERMISSION, "")
    return "" if permission == SIGNED_IN else permission


def _texts(handler: Callable[..., Any], permission: str) -> dict[str, str]:
    """The first paragraph, however it is broken into lines, and the rest."""
    said = inspect.getdoc(handler) or handler.__name__.replace("_", " ").capitalize() + "."
    summary, _, rest = said.partition("\n\n")
    needed = f"Needs the permission `{permission}`." if permission else ""
    texts = {"summary": " ".join(summary.split()), "description": "\n\n".join(filter(None, (rest.strip(), needed)))}
    return {name: text for name, text in texts.items() if text}


def _security(path: str, permission: str) -> list[dict[str, list[str]]]:
    """Either of the ways; empty: everybody may."""
    if access.is_open(path):
        return []
    roles = [permission] if permission else []
    return [{BEARER: roles}, {SESSION: roles}]


def _with_headers(answer: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    headers = {**answer.get("headers", {}), **given}
    return {**answer, "headers": headers} if headers else answer
