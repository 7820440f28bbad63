"""Calls and webhooks in SQLite or PostgreSQL."""
