"""The adapters of one gateway, by its settings."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.blobs.s3 import S3Blobs
from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.cache.memory import MemoryCache
from control_plane.adapters.carriers import CARRIERS
from control_plane.adapters.carriers.spec import CarrierConfig, CarrierSpec
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.webhooks import SqlWebhookStore
from control_plane.adapters.stt.deepgram import DeepgramSpeechToText
from control_plane.adapters.tts.elevenlabs import ElevenLabsTextToSpeech
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain
from control_plane.ports.carrier import Carrier
from control_plane.ports.errors import Misconfigured
from control_plane.ports.hearing import SpeechToText
from control_plane.ports.infrastructure import BlobStore, Clock, NumberPlan
from control_plane.ports.stores import CallStore, StoreUnavailable
from control_plane.ports.voice import TextToSpeech
from control_plane.services.gateway import VERSION
from control_plane.services.supervisor import Supervisor
from control_plane.settings import Settings
from control_plane.settings_secret import stream_secret

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
        self.bus = part("bus", MemoryBus)
        self.cache = part("cache", lambda: MemoryCache(self.clock))
        self.database = part("database", self._database)
        self.calls: CallStore = part("calls", lambda: SqlCallStore(self.database))
        self.webhooks = part("webhooks", lambda: SqlWebhookStore(self.database))
        self.numbers: NumberPlan = part("numbers", lambda: WorldNumberPlan(settings.default_region))
        self.disk = DiskBlobs(
            settings.data_dir / "blobs", settings.webhook_base_url, secret=self.secret, clock=self.clock
        )
        self.blobs: BlobStore = part("blobs", self._blobs)
        self.carrier: Carrier = part("carrier", self._carrier)
        self.stt: SpeechToText | None = part("stt", self._stt)
        self.tts: TextToSpeech | None = part("tts", self._tts)
        self.brain: Brain = part("brain", self._brain)

    @property
    def stream(self) -> bool:
        """Without a recogniser of our own there is nothing to stream to: the carrier has to transcribe."""
        return self.settings.use_media_streams and self.stt is not None

    def closers(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        closing = (self.stt, self.tts, self.brain, self.carrier.control, self.blobs, self.database)
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

    def _database(self) -> Database:
        try:
            return open_database(self.settings.database_url)
        except ValueError as error:
            raise Misconfigured("settings", str(error)) from error

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

    def _stt(self) -> SpeechToText | None:
        key = self.settings.deepgram_api_key.get_secret_value()
        if not key:
            return None
        return DeepgramSpeechToText(
            api_key=key,
            spawn=self.supervisor.spawn,
            base_url=self.settings.deepgram_base_url,
            model=self.settings.deepgram_model,
        )

    def _tts(self) -> TextToSpeech | None:
        key = self.settings.elevenlabs_api_key.get_secret_value()
        if not key:
            return None
        return ElevenLabsTextToSpeech(
            api_key=key,
            voice=self.settings.elevenlabs_default_voice,
            spawn=self.supervisor.spawn,
            base_url=self.settings.elevenlabs_base_url,
            model=self.settings.elevenlabs_model,
        )

    def _brain(self) -> Brain:
        return AnthropicBrain(
            api_key=self.settings.claude_api_key.get_secret_value(),
            base_url=self.settings.anthropic_base_url,
            model=self.settings.anthropic_model,
        )


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
