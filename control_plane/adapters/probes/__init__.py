"""Looking at addresses as strangers see them: over HTTP, TLS and the media socket."""
