"""Callers whom nobody answered: from Nginx's log into a durable queue, and from there to a control plane."""
