"""What changed between two documents, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel


class FieldChange(BaseModel):
    """One field that differs; null where a side does not have it."""

    path: str
    before: Any = None
    after: Any = None


class DiffOut(BaseModel):
    """Everything that differs, in the order of the paths."""

    items: list[FieldChange]


def differences(before: Any, after: Any, *, path: str = "") -> Iterator[FieldChange]:
    """Objects and lists are compared to their depth; a list by position."""
    if before == after:
        return
    sides = _members(before), _members(after)
    if sides[0] is None or sides[1] is None:
        yield FieldChange(path=path, before=before, after=after)
        return
    for key in sorted({*sides[0], *sides[1]}, key=_in_order):
        yield from differences(sides[0].get(key), sides[1].get(key), path=f"{path}.{key}".lstrip("."))


def _members(value: Any) -> Mapping[str, Any] | None:
    match value:
        case Mapping():
            return value
        case list():
            return {str(index): each for index, each in enumerate(value)}
        case _:
            return None


def _in_order(key: str) -> tuple[int, int, str]:
    return (0, int(key), "") if key.isdecimal() else (1, 0, key)
