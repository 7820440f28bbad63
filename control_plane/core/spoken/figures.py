"""How a written number is read: which of its marks part thousands and which begins the decimals."""

import re
from dataclasses import dataclass
from typing import Final

_HARD_SPACES: Final = "\u00a0\u202f"
FIGURE: Final = (
    rf"(?:[0-9]{{1,3}}(?:[,{_HARD_SPACES}'’][0-9]{{3}}){{1,5}}(?:\.[0-9]{{1,18}})?"
    r"|[0-9]{1,3}(?:\.[0-9]{3}){1,5}(?:,[0-9]{1,18})?"
    r"|[0-9]{1,3}(?: [0-9]{3}){0,4} 000"
    r"|[0-9]{1,18}(?:[.,][0-9]{1,18})?)(?![0-9])"
)
"""A number with or without marks, as part of a pattern. It takes neither sign nor unit."""

_PARTED: Final = re.compile(rf"([1-9][0-9]{{0,2}})((?:[.,{_HARD_SPACES} '’][0-9]{{3}})+)([.,][0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number as it was written."""

    whole: str
    """Digits before the decimals, without marks; leading zeros stay."""
    fraction: str = ""
    mark: str = ""
    """What stands before the decimals: a point, a comma, or nothing."""

    @property
    def value(self) -> int:
        """The number without its decimals."""
        return int(self.whole)

    @property
    def is_one(self) -> bool:
        return self.value == 1 and not self.fraction


def read(written: str, *, point_parts_thousands: bool) -> Figure:
    """The number of a match of FIGURE.

    Two different marks say by themselves which is which, and so does one that stands twice. A single comma before
    three digits parts thousands; a single point does so only where people write it like that (1.500 in Spain and
    Colombia), elsewhere it begins decimals.
    """
    parted = _PARTED.fullmatch(written)
    if parted is not None:
        first, groups, decimals = parted.groups()
        mark = groups[0]
        one_kind = groups.count(mark) * 4 == len(groups)
        sure = len(groups) > 4 or decimals or mark != "."
        if one_kind and (decimals or " ")[0] != mark and (sure or point_parts_thousands):
            whole = first + "".join(char for char in groups if char.isdigit())
            return Figure(whole=whole, fraction=(decimals or "")[1:], mark=(decimals or "")[:1])
    for mark in ".,":
        whole, found, fraction = written.partition(mark)
        if found and whole.isdigit() and fraction.isdigit():
            return Figure(whole=whole, fraction=fraction, mark=mark)
    return Figure(whole="".join(char for char in written if char.isdigit()))
