"""Names for addresses and orders, made of what people call a thing."""

import re
from typing import Annotated, Any, Final

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.resources.crud import folded

Slug = Annotated[str, StringConstraints(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", max_length=60)]
"""Small letters, digits and single hyphens; may be empty where one is made of the name."""

TRIES: Final = 100
LONGEST: Final = 40


def slug_of(name: str) -> str:
    """`Clínica San Martín` → `clinica-san-martin`; empty when nothing is left."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(name)))[:LONGEST].strip("-")


def free_slug(session: Session, table: Any, *, given: str, name: str) -> str:
    """As somebody chose it, else made of the name, with a number behind it when that is taken."""
    if given:
        return given
    wanted = slug_of(name) or str(table.__tablename__).removesuffix("s")
    taken = set(session.scalars(select(table.slug).where(table.slug.startswith(wanted, autoescape=True))))
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, TRIES)))
    return next((each for each in names if each not in taken), wanted)
