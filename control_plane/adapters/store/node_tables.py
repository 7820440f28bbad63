"""Table of the control planes that share this database."""

from typing import Final, cast

from sqlalchemy import Table
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base


class NodeRow(Base):
    """One row a control plane: `ports.nodes.Node`."""

    __tablename__ = "nodes"

    id: Mapped[str] = mapped_column(primary_key=True)
    instance: Mapped[str]
    beat: Mapped[int]
    address: Mapped[str]


nodes: Final = cast(Table, NodeRow.__table__)
