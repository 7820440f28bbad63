"""Filling a tenant with believable data."""
