"""What a tenant's own systems are told of, and how that went."""
