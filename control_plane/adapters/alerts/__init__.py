"""Ways to tell people about alerts."""
