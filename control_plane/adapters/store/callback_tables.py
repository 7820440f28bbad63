"""Table of callers who are to be called back."""
