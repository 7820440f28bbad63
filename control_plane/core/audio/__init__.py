"""Telephone audio as values: frames, G.711, framing, reordering, playout."""
