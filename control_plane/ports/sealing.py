"""Secrets that have to be kept as they are, and yet not lie open in the database."""

from typing import Protocol


class Seals(Protocol):
    """Texts that only this installation can read again. `about` is the id of the row that holds one: in another row it
    cannot be opened."""

    def seal(self, text: str, *, about: str) -> str:
        """Another text each time; it says of itself that it is sealed."""
        ...

    def is_sealed(self, kept: str) -> bool: ...

    def open(self, kept: str, *, about: str) -> str:
        """The text; one that was never sealed, and the empty one, as they are. Raises Refused(`secret_lost`) when it
        was sealed with another secret, or for another row."""
        ...

    def shut(self, kept: str, *, about: str) -> str:
        """Sealed, if it is not already; the empty text stays empty."""
        ...
