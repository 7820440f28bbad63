"""Orders: what they cost, and what may become of them."""
