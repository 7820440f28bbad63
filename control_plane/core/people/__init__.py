"""What is decided about people who sign in."""
