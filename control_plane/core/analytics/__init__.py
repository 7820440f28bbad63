"""What is counted over calls, and over which stretches of time."""
