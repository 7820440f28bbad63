"""The waiting shells around the core: they take events in, keep them, and carry commands out."""
