"""Requests to addresses that customers chose."""
