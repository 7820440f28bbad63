"""Flows: conversations that follow a plan."""
