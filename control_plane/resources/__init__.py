"""The business of the gateway: bots and what they work with, one file a resource."""
