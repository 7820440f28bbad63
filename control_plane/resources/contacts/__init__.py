"""Contacts: the people whom a tenant calls, the lists they stand on, and who must not be called."""
