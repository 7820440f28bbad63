"""Translations between the ports and the world outside: providers, carriers, stores. Only `wiring` names them."""
