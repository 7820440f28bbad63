"""Metrics as text: reading what control planes expose, and writing all of it as one exposition. Pure."""
