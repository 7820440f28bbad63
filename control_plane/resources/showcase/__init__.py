"""Believable data of a clinic with a shop, to show what the product looks like at work."""
