"""Sellers: who takes care of orders, calls and contacts."""
