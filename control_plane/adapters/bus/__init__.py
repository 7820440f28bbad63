"""Facts in passing between parts of the program."""
