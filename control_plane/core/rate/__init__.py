"""How many in which time."""
