"""Telling tenants' own systems what happened."""
