"""Numbers and truth values in bodies are written as such: `"7"` is no number, and `"yes"` is not true."""

from copy import deepcopy
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import SchemaValidator
from quart import Quart
from quart_schema.validation import QUART_SCHEMA_REQUEST_ATTRIBUTE

STRICT: Final = ("int", "float", "bool")


def install(app: Quart) -> None:
    """For the bodies of all routes that there are. In an address everything is text, and is read as what it stands
    for."""
    for handler in app.view_functions.values():
        taken = getattr(handler, QUART_SCHEMA_REQUEST_ATTRIBUTE, None)
        if taken is not None and issubclass(taken[0], BaseModel):
            make_strict(taken[0])


def make_strict(model: type[BaseModel]) -> None:
    """With all its parts; everything else in its rules stays."""
    schema = deepcopy(model.__pydantic_core_schema__)
    _walk(schema)
    # Prebuilt are the lenient ones of the model itself and of its parts.
    model.__pydantic_validator__ = SchemaValidator(schema, _use_prebuilt=False)


def _walk(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("type") in STRICT:
            node.setdefault("strict", True)
        for inner in node.values():
            _walk(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            _walk(inner)
