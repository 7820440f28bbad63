"""The demo: a gateway, a simulated world around it, and a call to look at."""
