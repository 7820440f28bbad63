"""The cache service of one process, without Redis."""

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.cache.memory import MemoryCache
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock
from control_plane.services.cache.service import CacheParts, CacheService
from control_plane.services.supervisor import Supervisor


def local_cache(clock: Clock, *, metrics: Metrics | None = None) -> CacheService:
    parts = CacheParts(
        near=MemoryCache(clock),
        far=None,
        bus=MemoryBus(),
        metrics=metrics or Metrics(version="test"),
        supervisor=Supervisor(),
        default_ttl_s=300.0,
    )
    return CacheService(parts)
