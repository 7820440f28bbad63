"""Every resource of the business API, and every table that belongs to it: to add one is a file and a word here."""

from typing import Final

from control_plane.resources import audit, idempotency, tenants
from control_plane.resources.products import PRODUCTS
from control_plane.resources.resource import Resource

RESOURCES: Final[tuple[Resource, ...]] = (PRODUCTS,)
"""Those with routes of their own, made by `web/resources.py`."""

TABLES: Final = (audit, idempotency, tenants)
"""Modules that declare tables beside those of the resources."""
