"""Telnyx at wire level: REST commands, signed webhooks, media sockets."""
