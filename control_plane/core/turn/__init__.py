"""Turn taking: who has the floor, when a turn is over, when the caller barges in."""
