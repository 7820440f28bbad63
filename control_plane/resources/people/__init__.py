"""People of tenants: who they are, how they signed in, the keys of their programs."""
