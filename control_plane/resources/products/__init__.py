"""Products: what a tenant sells, at which price, and how much of it there is."""

from control_plane.resources.products.tables import Product

__all__ = ["Product"]
