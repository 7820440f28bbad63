"""Simulated carriers and AI providers: the other end of every wire of the gateway."""
