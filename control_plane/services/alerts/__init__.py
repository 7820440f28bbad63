"""Watching the gateway's own figures, and telling people when they are bad."""
