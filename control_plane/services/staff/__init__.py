"""How a tenant gets people and programs in."""
