"""The only Quart: each handler parses, calls one service, answers."""
