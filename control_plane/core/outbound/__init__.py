"""What is decided about what the gateway sends to its customers' addresses."""
