"""What a shop does all day, in few words: products, sellers and orders of one tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import PERMISSIONS, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.resources.idempotency import Ask
from control_plane.resources.orders import flow
from control_plane.resources.orders.resource import ORDERS
from control_plane.resources.orders.schemas import OrderAssignIn, OrderDetail, OrderIn, TransitionIn
from control_plane.resources.products import Product
from control_plane.resources.products.resource import PRODUCTS
from control_plane.resources.products.schemas import ProductIn
from control_plane.resources.products.tables import StockMove
from control_plane.resources.sellers import work
from control_plane.resources.sellers.resource import SELLERS
from control_plane.resources.sellers.schemas import AssignIn, AssignmentOut, SellerIn
from control_plane.services.business import Business

T = TypeVar("T")


def somebody(tenant_id: str, role: Role = Role.OWNER, user_id: str = "u1") -> Principal:
    return Principal(
        tenant_id=tenant_id,
        kind=Kind.USER,
        id=user_id,
        name="ana@example.com",
        role=role,
        permissions=PERMISSIONS[role],
    )


A: Final = somebody("a")
B: Final = somebody("b")


@dataclass(frozen=True, slots=True)
class Shop:
    """One tenant's business, as `who` works in it."""

    business: Business
    who: Principal

    async def product(self, sku: str = "S1", *, stock: int | None = 10, **more: Any) -> str:
        """Its id."""
        data = {"sku": sku, "name": f"Vacuna {sku}", "price": "10.00", "currency": "COP", "stock": stock, **more}
        made = await self.business.create(self.who, PRODUCTS, data=ProductIn.model_validate(data), ask=Ask())
        return str(made["id"])

    async def seller(self, name: str = "Lucía", **more: Any) -> str:
        """Their id."""
        data = SellerIn.model_validate({"name": name, **more})
        return str((await self.business.create(self.who, SELLERS, data=data, ask=Ask()))["id"])

    async def order(self, *lines: tuple[str, int], key: str = "", **more: Any) -> dict[str, Any]:
        """Of products and quantities; placed, unless `place=False`."""
        wanted = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
        data = OrderIn.model_validate({"lines": wanted, "currency": "COP", "place": True, **more})
        ask = Ask(key=key, what="create orders", body=data.model_dump_json().encode())
        return await self.business.create(self.who, ORDERS, data=data, ask=ask)

    async def step(self, order_id: str, to: str, **more: Any) -> OrderDetail:
        wanted = TransitionIn.model_validate({"to": to, **more})
        return await self.act(lambda session: flow.transition(session, order_id, wanted=wanted))

    async def assign_order(self, order_id: str, **more: Any) -> OrderDetail:
        wanted = OrderAssignIn.model_validate(more)
        return await self.act(lambda session: flow.assign(session, order_id, wanted=wanted))

    async def assign(self, kind: str, target_id: str, **more: Any) -> AssignmentOut:
        wanted = AssignIn.model_validate({"for": {"kind": kind, "id": target_id}, **more})
        return await self.act(lambda session: work.assign(session, wanted))

    async def stock(self, product_id: str) -> int | None:
        def read(session: Session) -> int | None:
            return session.scalar(select(Product.stock).where(Product.id == product_id))

        return await self.business.ask(self.who, read)

    async def moves(self, product_id: str) -> list[tuple[str, int]]:
        """Kinds and changes, sorted."""
        wanted = select(StockMove.kind, StockMove.change).where(StockMove.product_id == product_id)

        def read(session: Session) -> list[tuple[str, int]]:
            return sorted((kind, change) for kind, change in session.execute(wanted))

        return await self.business.ask(self.who, read)

    async def act(self, work: Callable[[Session], T]) -> T:
        return await self.business.act(self.who, work)

    async def ask(self, work: Callable[[Session], T]) -> T:
        return await self.business.ask(self.who, work)
