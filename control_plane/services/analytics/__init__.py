"""Figures over calls: kept up to date beside the calls, and asked for."""
