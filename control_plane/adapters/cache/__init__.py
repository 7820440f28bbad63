"""Bytes by key for a while."""
