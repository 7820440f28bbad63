"""What the doctor looks at: addresses, keys and parts of one installation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.ports.probes import Probe
from control_plane.services.doctor.mark import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKey:
    """A key, and a request that costs nothing and needs it."""

    provider: str
    setting: str
    """The variable that holds the key."""
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """With the key in them."""
    subject: str
    """The variable whose value the address names; 404 means that there is no such thing."""
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """One installation. The addresses are those that strangers use."""

    probe: Probe
    clock: Clock
    base_url: str
    """Under which webhooks, blobs and the media socket are reached."""
    webhook_url: str
    mark: Mark
    """For webhooks, which are to be refused."""
    echo_url: Callable[[], str]
    """A fresh ticket each time."""
    dashboard_url: str
    sidecar_url: str
    keys: tuple[ProviderKey, ...]
    missing: Mapping[str, str]
    """Settings that real calls still need: variable to what to do."""
    odd: Mapping[str, str]
    """Settings somebody should look at."""
    blobs: BlobStore
    revisions: Callable[[], Awaitable[tuple[str, str]]]
    """Of the schema: the stored one, found while writing, and the one that this program needs."""
    ping_redis: Callable[[], Awaitable[float]] | None
    """Seconds; None when there is no Redis. Raises Unreachable."""
    free_bytes: Callable[[], int]
