"""What processes share through Redis, or each keeps for itself without one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.limits.memory import MemoryLimiter
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured
from control_plane.ports.infrastructure import Bus, Clock
from control_plane.ports.limits import Limiter
from control_plane.settings import Settings

if TYPE_CHECKING:
    from control_plane.adapters.cache.redis import RedisCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The bus, the cache that all processes see, and who counts how often somebody asks."""

    bus: Bus
    cache: "RedisCache | None"
    limiter: Limiter


def shared_parts(settings: Settings, *, clock: Clock, metrics: Metrics) -> Shared:
    """Connects nothing. Raises Misconfigured."""
    if not settings.redis_url:
        return Shared(bus=MemoryBus(), cache=None, limiter=MemoryLimiter(clock))
    # The library is large, and most installations are one process without Redis.
    from control_plane.adapters.bus.redis import RedisBus
    from control_plane.adapters.cache.redis import RedisCache
    from control_plane.adapters.limits.redis import RedisLimiter
    from control_plane.adapters.redis_link import open_redis

    url = settings.redis_url
    try:
        cache = RedisCache(open_redis(url), clock, failed=metrics.redis_errors_total.inc)
        limiter = RedisLimiter(open_redis(url), clock, failed=metrics.redis_errors_total.inc)
    except ValueError as error:
        raise Misconfigured("settings", "REDIS_URL is no address of a Redis") from error

    def count(outcome: str) -> None:
        metrics.bus_messages_total.labels(outcome=outcome).inc()

    bus = RedisBus(lambda: open_redis(url, patience_s=5.0), count=count)
    return Shared(bus=bus, cache=cache, limiter=limiter)
