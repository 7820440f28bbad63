"""Every resource of the business API, and every table that belongs to it: to add one is a file and a word here."""

from typing import Final

from control_plane.resources import audit, call_notes, idempotency, tenants
from control_plane.resources.bots.resource import BOT
from control_plane.resources.contacts import privacy
from control_plane.resources.contacts.contacts import CONTACTS
from control_plane.resources.contacts.imports import IMPORTS
from control_plane.resources.contacts.lists import LISTS
from control_plane.resources.contacts.suppression import DO_NOT_CALL
from control_plane.resources.flows import FLOWS
from control_plane.resources.keys import KEYS
from control_plane.resources.numbers import NUMBERS
from control_plane.resources.orders.resource import ORDERS
from control_plane.resources.outbound import tables as outbound
from control_plane.resources.people import tables as people
from control_plane.resources.products.resource import PRODUCTS
from control_plane.resources.resource import Resource
from control_plane.resources.sellers.resource import SELLERS
from control_plane.resources.users import USERS

RESOURCES: Final[tuple[Resource, ...]] = (
    BOT,
    CONTACTS,
    DO_NOT_CALL,
    FLOWS,
    IMPORTS,
    KEYS,
    LISTS,
    NUMBERS,
    ORDERS,
    PRODUCTS,
    SELLERS,
    USERS,
)
"""Those with routes of their own, made by `web/resources.py`."""

TABLES: Final = (audit, call_notes, idempotency, outbound, people, privacy, tenants)
"""Modules that declare tables beside those of the resources."""
