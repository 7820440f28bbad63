"""Sellers: when somebody works, and whose turn it is."""
