"""How refusals look: `application/problem+json`."""

from collections.abc import Mapping
from typing import Final

import orjson

PROBLEM_TYPE: Final = b"application/problem+json"

PROBLEMS: Final[Mapping[str, tuple[int, str]]] = {
    "unauthorized": (401, "A token or a session is needed"),
    "foreign_origin": (403, "The request comes from a page of another origin"),
    "bad_path": (400, "This path cannot be handed on"),
    "not_found": (404, "Nothing is here"),
    "unknown_control_plane": (404, "No control plane has this name"),
    "method_not_allowed": (405, "Only GET and HEAD"),
    "too_large": (413, "The body is too large"),
    "broken_answer": (502, "The control plane broke off its answer"),
    "no_control_plane": (503, "No control plane answers"),
    "late_answer": (504, "The control plane did not answer in time"),
    "http_version": (505, "HTTP/1.1 only"),
    "internal": (500, "The sidecar failed"),
}


def problem(code: str) -> tuple[int, bytes]:
    status, title = PROBLEMS[code]
    return status, orjson.dumps(
        {"type": f"urn:centralita:problem:{code}", "title": title, "status": status, "code": code}
    )
