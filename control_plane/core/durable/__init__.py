"""What is decided about long work without waiting for anything."""
