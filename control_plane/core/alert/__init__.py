"""When a figure of the gateway is worth waking somebody."""
