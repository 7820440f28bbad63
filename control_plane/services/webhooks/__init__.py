"""Webhooks: verified, stored, acknowledged, then worked."""
