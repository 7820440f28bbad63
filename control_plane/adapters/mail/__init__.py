"""Ways for letters to leave."""
