"""Calls: one actor each, the desk that knows them all, and the execution of their commands."""
