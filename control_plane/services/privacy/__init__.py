"""What persons may ask for, and what happens by itself after a time: data is erased."""
