"""How the sidecar speaks HTTP to control planes."""

import ssl
from collections.abc import Iterable

import httpx


def client(addresses: Iterable[str], *, token: str, timeout: httpx.Timeout, limits: httpx.Limits) -> httpx.AsyncClient:
    """With our own token, without proxies of the environment, without following anybody elsewhere."""
    encrypted = any(address.startswith("https:") for address in addresses)
    return httpx.AsyncClient(
        headers={"authorization": f"Bearer {token}"} if token else {},
        timeout=timeout,
        limits=limits,
        trust_env=False,
        follow_redirects=False,
        # Reading all certificate authorities takes time and memory that only https is worth.
        verify=ssl.create_default_context() if encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
