"""The metrics sidecar: a small process beside the gateway that answers for its health."""
