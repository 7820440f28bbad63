"""What an operation says about itself beside its models, for the description of the API."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Any])

PROBLEMS: Final = "__problems__"
OPERATION: Final = "__operation__"
PERMISSION: Final = "__needs__"
AREA: Final = "__area__"
TAKES: Final = "__takes__"
GIVES: Final = "__gives__"
"""Attributes of handlers; whoever makes handlers by machine sets them directly."""


def fails(*codes: str) -> Callable[[Handler], Handler]:
    """Codes of the problems that it answers with, beside those that its shape implies (no token, invalid body, …).

    `404 unknown_bot`: with this status, though the code has another one where it is about a field.
    """
    return _adds(PROBLEMS, codes)


def takes(*headers: str) -> Callable[[Handler], Handler]:
    """Request headers that it understands, of `description_headers.REQUEST`; one that has to be there ends in `!`."""
    return _adds(TAKES, headers)


def gives(*headers: str) -> Callable[[Handler], Handler]:
    """Headers of its successful answers, of `description_headers.RESPONSE`."""
    return _adds(GIVES, headers)


def called(name: str) -> Callable[[Handler], Handler]:
    """Its `operationId`, where blueprint and function make a bad name: `list_calls`."""
    return _sets(OPERATION, name)


def area(name: str, about: str) -> Callable[[Handler], Handler]:
    """Under which heading it stands, and what is said there; without, under that of its blueprint."""
    return _sets(AREA, (name, about))


def _adds(attribute: str, words: tuple[str, ...]) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        setattr(handler, attribute, tuple(dict.fromkeys((*getattr(handler, attribute, ()), *words))))
        return handler

    return mark


def _sets(attribute: str, value: Any) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        setattr(handler, attribute, value)
        return handler

    return mark
