"""Looking at a running installation from inside and outside."""
