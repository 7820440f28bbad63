"""The adapters of one gateway, by its settings."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.blobs.s3 import S3Blobs
from control_plane.adapters.cache.memory import MemoryCache
from control_plane.adapters.carriers import CARRIERS
from control_plane.adapters.carriers.spec import CarrierConfig, CarrierSpec
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.mail.opening import open_mail
from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.adapters.outbound.client import GuardedHttp
from control_plane.adapters.people.keys import ONE_TIME_CODES, OUTBOUND_WEBHOOKS
from control_plane.adapters.people.passwords import ArgonPasswords
from control_plane.adapters.people.seals import AesSeals
from control_plane.adapters.people.secrets import HashedSecrets
from control_plane.adapters.people.tokens import JwtAccessTokens
from control_plane.adapters.people.totp import TotpCodes
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.nodes import SqlNodeStore
from control_plane.adapters.store.runs import SqlRunLedger
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.adapters.store.timed import TimedDatabase
from control_plane.adapters.store.webhooks import SqlWebhookStore
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from control_plane.core.web_address import Allowed
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Tracing
from control_plane.ports.brain import Brain
from control_plane.ports.carrier import Carrier
from control_plane.ports.durable import DurableEngine
from control_plane.ports.end_of_turn import EndOfTurnModel
from control_plane.ports.errors import Misconfigured
from control_plane.ports.hearing import SpeechToText
from control_plane.ports.infrastructure import BlobStore, Bus, Clock, NumberPlan
from control_plane.ports.limits import Limiter
from control_plane.ports.mail import MailSender
from control_plane.ports.outbound import OutboundHttp
from control_plane.ports.people import AccessTokens, OneTimeCodes, PasswordHasher, Secrets
from control_plane.ports.sealing import Seals
from control_plane.ports.stores import CallStore, StoreUnavailable
from control_plane.ports.tenancy import TenantStore
from control_plane.ports.voice import TextToSpeech
from control_plane.resources.audit import watch
from control_plane.resources.outbound.announcing import Announcer
from control_plane.services.cache.service import CacheParts, CacheService
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.gateway import VERSION
from control_plane.services.nodes import Nodes
from control_plane.services.supervisor import Supervisor
from control_plane.settings import Settings
from control_plane.settings_secret import stream_secret
from control_plane.wiring.end_of_turn import end_of_turn_model
from control_plane.wiring.observed import make_tracing
from control_plane.wiring.providers import Providers, Watching
from control_plane.wiring.shared import shared_parts

if TYPE_CHECKING:
    from control_plane.adapters.cache.redis import RedisCache

LONGEST_LEG_S: Final = 14_000
"""The longest time limit that the carriers take."""


class Parts:
    """The adapters of one gateway, made from settings; a part named in `overrides` is taken from there."""

    def __init__(self, settings: Settings, overrides: Mapping[str, Any]) -> None:
        def part(name: str, make: Callable[[], Any]) -> Any:
            return overrides[name] if name in overrides else make()

        self.settings = settings
        self.secret = stream_secret(settings)
        self.clock: Clock = part("clock", SystemClock)
        self.supervisor: Supervisor = part("supervisor", Supervisor)
        self.metrics: Metrics = part("metrics", lambda: Metrics(version=VERSION))
        shared = shared_parts(settings, clock=self.clock, metrics=self.metrics)
        self.tracing: Tracing = part("tracing", lambda: make_tracing(settings, self.metrics))
        self.bus: Bus = part("bus", lambda: shared.bus)
        self.redis: RedisCache | None = shared.cache
        self.cache: CacheService = part("cache", self._cache)
        self.database = part("database", self._database)
        self.announcer = Announcer()
        self.tenants: TenantStore = part("tenants", self._tenants)
        self.calls: CallStore = part("calls", lambda: SqlCallStore(self.database))
        self.durable: DurableEngine = part("durable", self._durable)
        self.nodes: Nodes = part("nodes", self._nodes)
        self.webhooks = part("webhooks", lambda: SqlWebhookStore(self.database))
        self.numbers: NumberPlan = part("numbers", lambda: WorldNumberPlan(settings.default_region))
        self.limiter: Limiter = part("limiter", lambda: shared.limiter)
        self.passwords: PasswordHasher = part("passwords", ArgonPasswords)
        self.secrets: Secrets = part("secrets", lambda: HashedSecrets(self.secret))
        self.code_seals: Seals = AesSeals(self.secret, ONE_TIME_CODES)
        self.webhook_seals: Seals = AesSeals(self.secret, OUTBOUND_WEBHOOKS)
        self.codes: OneTimeCodes = part("codes", lambda: TotpCodes(self.secrets))
        token_secret = settings.auth_token.get_secret_value().encode() or self.secret
        self.tokens: AccessTokens = part("tokens", lambda: JwtAccessTokens(token_secret))
        self.mail: MailSender = part("mail", self._mail)
        allowed = Allowed.parse(settings.outbound_allow)
        self.outbound: OutboundHttp = part("outbound", lambda: GuardedHttp(self.clock, allowed=allowed))
        self.disk = DiskBlobs(
            settings.data_dir / "blobs", settings.webhook_base_url, secret=self.secret, clock=self.clock
        )
        self.blobs: BlobStore = part("blobs", self._blobs)
        self.carrier: Carrier = part("carrier", self._carrier)
        self.providers = Providers(self._watching(), overrides)
        self.stt: SpeechToText | None = self.providers.stt
        self.tts: TextToSpeech | None = self.providers.tts
        self.brain: Brain = self.providers.brain
        self.turn_model: EndOfTurnModel | None = part("turn_model", lambda: end_of_turn_model(settings.turn_model))

    @property
    def stream(self) -> bool:
        """Without a recogniser of our own there is nothing to stream to: the carrier has to transcribe."""
        return self.settings.use_media_streams and self.stt is not None

    def closers(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        outside = (self.stt, self.tts, self.brain, self.turn_model, self.carrier.control, self.blobs)
        closing = (*outside, self.limiter, self.passwords, self.outbound, self.redis, self.tracing, self.database)
        return tuple(close for part in closing if (close := getattr(part, "aclose", None)) is not None)

    async def store_answers(self) -> bool:
        try:
            async with asyncio.timeout(1.0):
                await self.calls.last_seq("")
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    async def local_blob(self, key: str, query: Mapping[str, str]) -> bytes | None:
        expires, signature = query.get("expires", ""), query.get("signature", "")
        if not expires.isdecimal() or len(expires) > 12:
            return None
        if not self.disk.verify(key, int(expires), signature=signature, now=self.clock.wall()):
            return None
        return await self.disk.get(key)

    def _watching(self) -> Watching:
        return Watching(
            settings=self.settings,
            clock=self.clock,
            metrics=self.metrics,
            tracing=self.tracing,
            supervisor=self.supervisor,
        )

    def _database(self) -> Database:
        try:
            database = open_database(self.settings.database_url)
        except ValueError as error:
            raise Misconfigured("settings", str(error)) from error
        return TimedDatabase(database, metrics=self.metrics, clock=self.clock)

    def _tenants(self) -> TenantStore:
        def watched(session: Session) -> None:
            watch(session)
            self.announcer(session)

        return SqlTenantStore(self.database, clock=self.clock, watch=watched)

    def _cache(self) -> CacheService:
        near = MemoryCache(self.clock)
        self.metrics.cache_bytes.set_function(lambda: near.size_bytes)
        self.metrics.cache_entries.set_function(lambda: near.entries)
        return CacheService(
            CacheParts(
                near=near,
                far=self.redis,
                bus=self.bus,
                metrics=self.metrics,
                supervisor=self.supervisor,
                default_ttl_s=self.settings.redis_cache_ttl,
                settle=self.redis.settle if self.redis is not None else None,
            )
        )

    def background(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        """What runs from start to end beside the services, by name."""
        running: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {}
        if isinstance(self.cache, CacheService):
            running["cache invalidation"] = self.cache.listen
        run = getattr(self.bus, "run", None)
        if run is not None:
            running["event bus"] = run
        return running

    def _mail(self) -> MailSender:
        settings = self.settings
        try:
            return open_mail(settings.mail_url, settings.mail_from, clock=self.clock)
        except ValueError as error:
            raise Misconfigured("settings", f"MAIL_URL or MAIL_FROM: {error}") from error

    def _durable(self) -> DurableEngine:
        return StoredEngine(
            SqlRunLedger(self.database),
            (),
            node=self.settings.node_id,
            clock=self.clock,
            metrics=self.metrics,
            supervisor=self.supervisor,
        )

    def _nodes(self) -> Nodes:
        settings = self.settings
        address = settings.node_address or f"http://{settings.host}:{settings.api_port}"
        return Nodes(
            settings.node_id,
            address=address,
            store=SqlNodeStore(self.database),
            clock=self.clock,
            reap=self.durable.reap,
        )

    def _blobs(self) -> BlobStore:
        settings = self.settings
        if not settings.s3_bucket:
            return self.disk
        return S3Blobs(
            settings.s3_bucket,
            region=settings.aws_region,
            endpoint_url=settings.aws_endpoint_url,
            access_key=settings.aws_access_key_id.get_secret_value(),
            secret_key=settings.aws_secret_access_key.get_secret_value(),
        )

    def _carrier(self) -> Carrier:
        spec = carrier_spec(self.settings.carrier)
        options = {name: _plain(getattr(self.settings, f"{spec.name}_{name}", "")) for name in spec.options}
        options["stream_target_legs"] = self.settings.stream_target_legs
        webhook_url = f"{self.settings.webhook_base_url.rstrip('/')}/webhook/{spec.name}"
        config = CarrierConfig(
            options=options,
            webhook_url=webhook_url,
            ring_s=self.settings.ring_timeout_seconds,
            talk_s=_leg_s(self.settings.max_call_seconds),
        )
        return spec.build(config)


def carrier_spec(name: str) -> CarrierSpec:
    """Raises Misconfigured for a carrier that nobody has added."""
    for spec in CARRIERS:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in CARRIERS)
    raise Misconfigured("settings", f"CARRIER is none of: {known}")


def _leg_s(talk_s: int) -> int:
    """Seconds that the carrier lets a leg last: the bot's conversation and a transfer after it, as far as it allows."""
    return min(LONGEST_LEG_S, talk_s + int(PATIENCE[Phase.BRIDGED]))


def _plain(value: Any) -> str:
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
