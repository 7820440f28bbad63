"""How operations fail, as the description of the API tells it: every code by its status."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from control_plane.core.refusals import REFUSALS
from control_plane.web import description_headers
from control_plane.web.errors import PROBLEMS

ANSWERED: Final[dict[str, int]] = {
    "unreadable_path": 400,
    "unauthorized": 401,
    "foreign_origin": 403,
    "no_recording": 404,
    "unknown_blob": 404,
    "unknown_callback": 404,
    "unknown_carrier": 404,
    "invalid": 422,
    "no_waveform": 422,
    "too_many_attempts": 429,
    "internal": 500,
    "dial_refused": 502,
    "call_elsewhere": 503,
    "too_many_streams": 503,
}
"""Codes that handlers and the gates in front of them answer with themselves."""

OF_HTTP: Final[dict[str, int]] = {
    "bad_request": 400,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "request_entity_too_large": 413,
    "requested_range_not_satisfiable": 416,
    "too_many_requests": 429,
}
"""Codes that are the name of an HTTP error."""

FIELDS: Final = {"type": "string", "title": "string", "status": "integer", "code": "string", "detail": "string"}

FAULT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    "required": ["field", "message"],
    "title": "Fault",
}

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong, as RFC 9457 puts it. `code` is stable; `detail` is for people.",
    "properties": {
        **{name: {"type": kind} for name, kind in FIELDS.items()},
        "instance": {"type": "string", "description": "The path that was asked."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Fault"},
            "description": "Of `invalid`: which fields are wrong.",
        },
    },
    "required": ["type", "title", "status", "code"],
}

SCHEMAS: Final = {"Problem": PROBLEM, "Fault": FAULT}


def status_of(code: str) -> int:
    """Raises ValueError for a code that nobody knows."""
    if code in REFUSALS:
        return REFUSALS[code].status
    listed = {known.code: known.status for known in PROBLEMS.values()} | ANSWERED | OF_HTTP
    if code in listed:
        return listed[code]
    if code.startswith("unknown_"):
        return 404
    raise ValueError(f"{code} is no code of a problem")


def catalogue() -> dict[str, int]:
    """Every code that this process may answer with, but `unknown_<resource>`, which any resource may."""
    listed = {known.code for known in PROBLEMS.values()} | REFUSALS.keys() | ANSWERED.keys() | OF_HTTP.keys()
    return {code: status_of(code) for code in sorted(listed)}


def implied(operation: dict[str, Any], *, method: str, path: str, permission: str) -> list[str]:
    """Codes that follow from what an operation takes and who may use it."""
    parameters = operation["parameters"]
    in_path = any(parameter.get("in") == "path" for parameter in parameters)
    with_values = any(parameter.get("in") == "query" or "Idempotency" in str(parameter) for parameter in parameters)
    closed = bool(operation["security"])
    conditions = {
        "unauthorized": closed,
        "foreign_origin": closed and method != "get",
        "not_allowed": bool(permission),
        "unreadable_path": in_path,
        "not_found": in_path,
        "unknown_call": "{call_id}" in path,
        "bad_request": "requestBody" in operation,
        "request_entity_too_large": "requestBody" in operation,
        "invalid": "requestBody" in operation or with_values,
        "too_many_requests": path.startswith("/api/"),
    }
    return [code for code, holds in conditions.items() if holds]


class Failures:
    """The problem answers of all operations; equal ones are said once, in the components."""

    def __init__(self) -> None:
        self._components: dict[str, dict[str, Any]] = {"Problem": _answer({"$ref": "#/components/schemas/Problem"})}

    def of(self, codes: Iterable[str]) -> dict[str, Any]:
        """The `responses` for these codes, and `default` for what may befall every operation."""
        by_status: dict[int, set[str]] = defaultdict(set)
        for said in codes:
            status, _, code = said.rpartition(" ")
            by_status[int(status) if status else status_of(code)].add(code)
        told = {str(status): self._told(status, sorted(by_status[status])) for status in sorted(by_status)}
        return {**told, "default": {"$ref": "#/components/responses/Problem"}}

    def components(self) -> dict[str, dict[str, Any]]:
        return {name: self._components[name] for name in sorted(self._components)}

    def _told(self, status: int, codes: list[str]) -> dict[str, str]:
        name = f"{status}.{'.'.join(codes)}"
        own = {"properties": {"code": {"enum": codes}, "status": {"const": status}}}
        schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]}
        headers = description_headers.answers(description_headers.OF_STATUS.get(status, ()))
        phrase = HTTPStatus(status).phrase
        told = f"{phrase}: {', '.join(f'`{code}`' for code in codes)}."
        self._components[name] = {**_answer(schema, told), **({"headers": headers} if headers else {})}
        return {"$ref": f"#/components/responses/{name}"}


def _answer(schema: dict[str, Any], description: str = "Anything else that went wrong.") -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
