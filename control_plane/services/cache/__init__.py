"""What is worth keeping for a while, by kind, for all processes."""
