"""Models that hear the end of a turn."""
