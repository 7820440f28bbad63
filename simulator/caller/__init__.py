"""The people on the other end of the line, who follow scripts."""
