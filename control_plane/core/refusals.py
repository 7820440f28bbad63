"""Everything that the business API may refuse, by its stable code.

The codes are a contract with whoever calls the API: they are listed in docs/api.md, never renamed, and mean one thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Told:
    """How a refusal is told: its HTTP status and a title for people."""

    status: int
    title: str


REFUSALS: Final[Mapping[str, Told]] = {
    # any resource
    "invalid": Told(422, "The request is not valid"),
    "not_allowed": Told(403, "This is not permitted"),
    "conflict": Told(409, "It contradicts what is stored"),
    "in_use": Told(409, "Something else still needs it"),
    "version_mismatch": Told(412, "It was changed meanwhile"),
    "changed_meanwhile": Told(409, "Somebody changed it at the same moment"),
    "idempotency_key_reused": Told(422, "The idempotency key was used for something else"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of the request: its path, and why."""

    field: str
    message: str


class Refused(Exception):
    """A request that is understood and not carried out. Nothing was changed.

    `code` is a key of REFUSALS, or `unknown_<resource>` for what does not exist or belongs to somebody else; both are
    told the same way, so that nobody learns which.
    """

    def __init__(self, code: str, detail: str = "", *, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.faults = faults


def unknown(one: str) -> Refused:
    """There is no such thing, as far as whoever asks may know. `one`: `product`, `order_line`."""
    return Refused(f"unknown_{one}", f"No {one.replace('_', ' ')} has this id.")


def invalid(field: str, message: str) -> Refused:
    """One field of the request is wrong."""
    return Refused("invalid", f"{field}: {message}", faults=(Fault(field, message),))


def told(refused: Refused) -> Told:
    """How it is told. Raises KeyError for a code that nobody has declared."""
    if refused.code.startswith("unknown_") and refused.code not in REFUSALS:
        return Told(404, f"There is no such {refused.code.removeprefix('unknown_').replace('_', ' ')}")
    return REFUSALS[refused.code]
