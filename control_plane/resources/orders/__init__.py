"""Orders: what customers ask for, and what becomes of it."""

from control_plane.resources.orders.timeline import of_contact

__all__ = ["of_contact"]
