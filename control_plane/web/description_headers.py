"""The headers that operations take and give, as the description of the API tells them."""

from typing import Any, Final

REQUEST: Final[dict[str, dict[str, Any]]] = {
    "If-Match": {
        "description": "`ETag` of what is to be changed, as it was read; 412 `version_mismatch` when it was changed "
        "meanwhile. Without it, whatever is there is changed.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "If-None-Match": {
        "description": "`ETag` of what is known already; 304 when it is still so.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "description": "A word of the client's for this one request. Repeated with the same body, it is answered as "
        "the first time and nothing is done twice.",
        "schema": {"type": "string", "maxLength": 200, "examples": ["order-7-attempt-1"]},
    },
    "Range": {
        "description": "Which part is wanted; 206 with that part, 200 with all when this cannot be read.",
        "schema": {"type": "string", "examples": ["bytes=0-65535"]},
    },
}

RESPONSE: Final[dict[str, dict[str, Any]]] = {
    "ETag": {"description": "The version that this is, for `If-Match`.", "schema": {"type": "string"}},
    "Location": {"description": "Path of what was made.", "schema": {"type": "string"}},
    "Retry-After": {"description": "After so many seconds it may work.", "schema": {"type": "integer", "minimum": 0}},
    "Content-Range": {"description": "Which part this is, of how many bytes.", "schema": {"type": "string"}},
    "Set-Cookie": {"description": "The session of this browser.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true`: this is the answer of the first request with this key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RateLimit": {"description": "What is left of the quota, and for how long.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "How often may be asked.", "schema": {"type": "string"}},
    "Deprecation": {"description": "Since when it is old: `@` and unix seconds.", "schema": {"type": "string"}},
}

OF_STATUS: Final[dict[int, tuple[str, ...]]] = {401: ("WWW-Authenticate",), 429: ("Retry-After",)}
"""Headers of problems, by status."""


def key(name: str) -> str:
    """Its name in the components: `IfMatch`."""
    return name.replace("-", "")


def parameters(names: tuple[str, ...]) -> list[dict[str, str]]:
    """References for the parameters of an operation; `If-Match!` is needed. Raises ValueError for unknown ones."""
    return [{"$ref": f"#/components/parameters/{_component(name)}"} for name in names]


def parameter_components(names: set[str]) -> dict[str, dict[str, Any]]:
    """What `parameters` refers to."""
    found = {}
    for name in sorted(names):
        plain = name.removesuffix("!")
        found[_component(name)] = {"name": plain, "in": "header", "required": name != plain, **REQUEST[plain]}
    return found


def answers(names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The `headers` of an answer. Raises ValueError for unknown ones."""
    return {name: {"$ref": f"#/components/headers/{key(_known(name, RESPONSE))}"} for name in names}


def answer_components() -> dict[str, dict[str, Any]]:
    """What `answers` refers to."""
    return {key(name): RESPONSE[name] for name in sorted(RESPONSE)}


def _component(name: str) -> str:
    plain = key(_known(name.removesuffix("!"), REQUEST))
    return f"{plain}Needed" if name.endswith("!") else plain


def _known(name: str, headers: dict[str, dict[str, Any]]) -> str:
    if name not in headers:
        raise ValueError(f"{name} is no header that the description knows")
    return name
