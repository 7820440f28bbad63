"""Filling a tenant: products, sellers, contacts and lists, calls that were, orders that came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL, SYSTEM
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.ports.stores import CallStore
from control_plane.resources.bots.tables import BotRow
from control_plane.resources.contacts.lists import LISTS
from control_plane.resources.contacts.schemas import (
    ContactIn,
    ContactListIn,
    ContactNumberIn,
    DoNotCallIn,
    ListMemberIn,
    ListMembersIn,
)
from control_plane.resources.idempotency import Ask
from control_plane.resources.numbers import NUMBERS, NumberIn, NumberRow
from control_plane.resources.orders.flow import transition
from control_plane.resources.orders.resource import ORDERS
from control_plane.resources.orders.schemas import OrderIn, TransitionIn
from control_plane.resources.products.resource import PRODUCTS
from control_plane.resources.products.schemas import ProductIn
from control_plane.resources.products.tables import Product
from control_plane.resources.sellers.resource import SELLERS
from control_plane.resources.sellers.schemas import SellerIn
from control_plane.resources.showcase import catalogue
from control_plane.resources.tenants import own
from control_plane.services.bots.service import Bots
from control_plane.services.business import Business
from control_plane.services.contacts.book import ContactBook
from control_plane.services.showcase.calls import DAY_S, CallTeller, Person, Told
from control_plane.services.showcase.dice import Dice

NUMBER: Final = "+576015550100"
"""The clinic's own, unless the tenant has one."""

RECORDED: Final = 40
"""So many of the newest conversations have their sound."""

STEPS: Final = ("confirmed", "preparing", "shipped", "delivered")
"""How far orders get; the older ones further."""


class Progress(Protocol):
    """Told what is being made, how many there are, of how many."""

    def __call__(self, what: str, done: int, *, total: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowcaseParts:
    """What is filled, and through whom."""

    business: Business
    book: ContactBook
    bots: Bots
    calls: CallStore
    blobs: BlobStore
    clock: Clock


class Showcase:
    """Fills one tenant, once. Everything goes in through the same doors as anybody's data."""

    def __init__(self, parts: ShowcaseParts, *, tenant_id: str, progress: Progress) -> None:
        self._parts = parts
        self._who = Principal(
            tenant_id=tenant_id, kind=Kind.OPERATOR, name="showcase", permissions=ALL | frozenset(SYSTEM)
        )
        self._progress = progress

    async def fill(self, *, contacts: int = 240, calls: int = 400, days: int = 30) -> Mapping[str, int]:
        """How many of each were made. Refused(`conflict`) when the tenant has products already."""
        await self._parts.bots.seed()
        if await self._parts.business.ask(self._who, _products):
            raise Refused("conflict", "This tenant has products already: the showcase is for an empty one.")
        await self._parts.business.act(self._who, _name)
        sender, bot_id = await self._number()
        prices = await self._goods()
        people = await self._people(contacts)
        told = await self._calls(people, count=calls, days=days, sender=sender, bot_id=bot_id)
        orders = await self._orders(told, prices)
        return {
            "products": len(catalogue.PRODUCTS),
            "sellers": len(catalogue.SELLERS),
            "contacts": len(people),
            "calls": len(told),
            "orders": orders,
        }

    async def _number(self) -> tuple[str, str]:
        """Our number, and the bot that answers it."""
        bot_id = await self._parts.business.ask(self._who, _bot)
        found = await self._parts.business.ask(
            self._who, lambda session: session.scalars(select(NumberRow.e164).order_by(NumberRow.created_at)).first()
        )
        if found is None:
            data = NumberIn(e164=NUMBER, label="Recepción", bot_id=bot_id)
            await self._parts.business.create(self._who, NUMBERS, data=data, ask=Ask())
        return found or NUMBER, bot_id

    async def _goods(self) -> dict[str, str]:
        """Ids of the products by their SKU."""
        ids: dict[str, str] = {}
        for row in catalogue.PRODUCTS:
            data = ProductIn(currency=catalogue.CURRENCY, **row)
            made = await self._parts.business.create(self._who, PRODUCTS, data=data, ask=Ask())
            ids[row["sku"]] = made["id"]
        for row in catalogue.SELLERS:
            data_of_seller = SellerIn.model_validate(catalogue.seller(row))
            await self._parts.business.create(self._who, SELLERS, data=data_of_seller, ask=Ask())
        return ids

    async def _people(self, count: int) -> list[Person]:
        dice, people = Dice(f"{self._who.tenant_id} people"), list[Person]()
        lists = [await self._list(name) for name in catalogue.LISTS]
        for number in range(count):
            person = await self._person(number, dice)
            people.append(person)
            members = [ListMemberIn(contact_id=person.contact_id, variables={"mascota": person.pet})]
            asked = ListMembersIn(members=members)
            await self._parts.book.put_on_list(self._who, lists[number % len(lists)], asked=asked)
            if number % 20 == 0:
                self._progress("contacts", number, total=count)
        for person in people[::37]:
            asked_not_to = DoNotCallIn(numbers=[person.number], reason="No desea llamadas")
            await self._parts.book.suppress(self._who, asked_not_to, ask=Ask())
        self._progress("contacts", count, total=count)
        return people

    async def _list(self, name: str) -> str:
        made = await self._parts.business.create(self._who, LISTS, data=ContactListIn(name=name), ask=Ask())
        return str(made["id"])

    async def _person(self, number: int, dice: Dice) -> Person:
        name = f"{dice.pick(catalogue.FIRST_NAMES)} {dice.pick(catalogue.LAST_NAMES)}"
        pet, kind = dice.pick(catalogue.PETS), dice.pick(catalogue.KINDS)
        phone = f"+5730{number % 6}555{number:04d}"
        data = ContactIn.model_validate(
            {
                "name": name,
                "numbers": [ContactNumberIn(e164=phone, label="celular")],
                "tags": dice.pick(catalogue.TAGS),
                "language": "es",
                "attributes": {"mascota": pet, "especie": kind},
                "consent": {"basis": "express" if dice.chance() < 0.8 else "none", "source": "ficha de la clínica"},
            }
        )
        made = await self._parts.book.create(self._who, data, ask=Ask())
        return Person(contact_id=made["id"], name=name, number=phone, pet=pet, kind=kind)

    async def _calls(self, people: list[Person], *, count: int, days: int, sender: str, bot_id: str) -> list[Told]:
        parts, told = self._parts, list[Told]()
        teller = CallTeller(parts.calls, parts.blobs, tenant_id=self._who.tenant_id, bot_id=bot_id, sender=sender)
        now = parts.clock.wall()
        for number, at in enumerate(moments(count, days=days, now=now)):
            person = Dice(f"{self._who.tenant_id} call {number} of").pick(people)
            told.append(await teller.tell(number, person, at=at, recorded=number >= count - RECORDED))
            if number % 20 == 0:
                self._progress("calls", number, total=count)
        self._progress("calls", count, total=count)
        return told

    async def _orders(self, told: list[Told], products: Mapping[str, str]) -> int:
        ordered = [each for each in told if each.talk is not None and each.talk.order]
        for number, each in enumerate(ordered):
            assert each.talk is not None
            data = OrderIn.model_validate(
                {
                    "currency": catalogue.CURRENCY,
                    "customer": {"name": each.person.name, "phone": each.person.number},
                    "contact_id": each.person.contact_id,
                    "call_id": each.call.id,
                    "source": "call",
                    "lines": [
                        {"product_id": products[sku], "quantity": 1, "tax_rate": "19"} for sku in each.talk.order
                    ],
                }
            )
            try:
                made = await self._parts.business.create(self._who, ORDERS, data=data, ask=Ask())
                await self._advance(made["id"], number, of=len(ordered))
            except Refused as refused:
                if refused.code != "out_of_stock":  # what is sold out stays a draft, as in any shop
                    raise
            self._progress("orders", number + 1, total=len(ordered))
        return len(ordered)

    async def _advance(self, order_id: str, number: int, *, of: int) -> None:
        steps = ("placed", *STEPS[: round((1 - number / of) * len(STEPS))])
        for to in steps:
            wanted = TransitionIn.model_validate({"to": to})

            def work(session: Session, wanted: TransitionIn = wanted) -> Any:
                return transition(session, order_id, wanted=wanted)

            await self._parts.business.act(self._who, work)


def moments(count: int, *, days: int, now: float) -> list[float]:
    """When calls were, oldest first: more by day than in the evening, none at night, until an hour ago."""
    dice, found = Dice("moments"), list[float]()
    while len(found) < count:
        at = now - 3600 - dice.chance() * days * DAY_S
        hour = (at / 3600 - 5) % 24  # on the clocks of Bogotá
        busy = {9: 1.0, 10: 1.0, 11: 0.9, 15: 0.8, 16: 0.9}.get(int(hour), 0.5 if 8 <= hour < 19 else 0.02)
        if dice.chance() < busy:
            found.append(at)
    return sorted(found)


def _line(product_id: str) -> dict[str, Any]:
    return {"product_id": product_id, "quantity": 1, "tax_rate": "19"}


def _products(session: Session) -> int:
    return session.scalars(select(func.count()).select_from(Product)).one()


def _name(session: Session) -> None:
    tenant = own(session)
    tenant.name = tenant.name or catalogue.COMPANY
    tenant.zone = tenant.zone or catalogue.ZONE
    tenant.region = tenant.region or "CO"
    tenant.currency = catalogue.CURRENCY


def _bot(session: Session) -> str:
    return session.scalars(select(BotRow.id).where(BotRow.status == "active").order_by(BotRow.created_at)).first() or ""
