"""Bots at work: which one takes a call, and as what."""
