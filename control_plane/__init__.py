"""The control plane: calls, webhooks, media streams and the API of Centralita."""
