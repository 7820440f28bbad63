"""The recognisers, models and synthesisers of one gateway, by its settings, each kind as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.brains.langchain import LangChainBrain
from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.adapters.stt.deepgram import DeepgramSpeechToText
from control_plane.adapters.stt.deepgram_flux import FluxSpeechToText
from control_plane.adapters.tts.deepgram_aura import DeepgramTextToSpeech
from control_plane.adapters.tts.elevenlabs import ElevenLabsTextToSpeech
from control_plane.observability.gc_pauses import settle_down
from control_plane.observability.metrics import Metrics
from control_plane.observability.providers import ProviderTimer, TimedBrain, TimedSpeechToText, TimedTextToSpeech
from control_plane.observability.tracing import Tracing
from control_plane.ports.brain import Brain
from control_plane.ports.errors import Misconfigured
from control_plane.ports.hearing import SpeechToText
from control_plane.ports.infrastructure import Clock
from control_plane.ports.voice import TextToSpeech
from control_plane.services.fallback.brain_race import BrainPatience
from control_plane.services.fallback.brains import BrainChain
from control_plane.services.fallback.ears import EarChain
from control_plane.services.fallback.route import Route
from control_plane.services.fallback.voices import VoiceChain
from control_plane.services.providers import ProviderInfo
from control_plane.services.supervisor import Supervisor
from control_plane.settings import Settings
from control_plane.settings_providers import names

A = TypeVar("A")
MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Generic[A]):
    """A provider that can be had: its name, what it needs, and how it is made."""

    name: str
    key: str
    """The field of its key; empty: it has none, and is there once its model is named."""
    make: Callable[[Settings, Supervisor], A]
    address: str = ""
    """A field that, when it is set, makes up for the key."""
    model: str = ""
    """The field of its model."""
    voice: str = ""
    unasked: bool = True
    """Whether it is used without being named, once its key is there."""

    def ready(self, settings: Settings) -> bool:
        if not self.key:
            return bool(getattr(settings, self.model))
        own_address = bool(self.address) and self.address in settings.model_fields_set
        return own_address or bool(getattr(settings, self.key).get_secret_value())


def _deepgram(settings: Settings, supervisor: Supervisor) -> SpeechToText:
    return DeepgramSpeechToText(
        api_key=settings.deepgram_api_key.get_secret_value(),
        spawn=supervisor.spawn,
        base_url=settings.deepgram_base_url,
        model=settings.deepgram_model,
    )


def _flux(settings: Settings, supervisor: Supervisor) -> SpeechToText:
    key = settings.deepgram_api_key.get_secret_value()
    return FluxSpeechToText(api_key=key, spawn=supervisor.spawn, base_url=settings.deepgram_base_url)


def _anthropic(settings: Settings, _: Supervisor) -> Brain:
    return AnthropicBrain(
        api_key=settings.claude_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        model=settings.anthropic_model,
        loaded=settle_down,
    )


def _openai(settings: Settings, _: Supervisor) -> Brain:
    key, address = settings.openai_api_key.get_secret_value(), settings.openai_base_url
    if settings.openai_model:
        return OpenAiBrain(api_key=key, base_url=address, model=settings.openai_model)
    return OpenAiBrain(api_key=key, base_url=address)


def _langchain(settings: Settings, _: Supervisor) -> Brain:
    return LangChainBrain(model=settings.langchain_model)


def _elevenlabs(settings: Settings, supervisor: Supervisor) -> TextToSpeech:
    return ElevenLabsTextToSpeech(
        api_key=settings.elevenlabs_api_key.get_secret_value(),
        voice=settings.elevenlabs_default_voice,
        spawn=supervisor.spawn,
        base_url=settings.elevenlabs_base_url,
        model=settings.elevenlabs_model,
    )


def _aura(settings: Settings, supervisor: Supervisor) -> TextToSpeech:
    return DeepgramTextToSpeech(
        api_key=settings.deepgram_api_key.get_secret_value(),
        spawn=supervisor.spawn,
        voice=settings.deepgram_voice,
        base_url=settings.deepgram_base_url,
    )


EARS: Final[tuple[Offer[SpeechToText], ...]] = (
    Offer(name="deepgram", key="deepgram_api_key", make=_deepgram, model="deepgram_model"),
    Offer(name="deepgram-flux", key="deepgram_api_key", make=_flux, unasked=False),
)
BRAINS: Final[tuple[Offer[Brain], ...]] = (
    Offer(name="anthropic", key="claude_api_key", make=_anthropic, model="anthropic_model"),
    Offer(name="openai", key="openai_api_key", make=_openai, address="openai_base_url", model="openai_model"),
    Offer(name="langchain", key="", make=_langchain, model="langchain_model"),
)
VOICES: Final[tuple[Offer[TextToSpeech], ...]] = (
    Offer(
        name="elevenlabs",
        key="elevenlabs_api_key",
        make=_elevenlabs,
        model="elevenlabs_model",
        voice="elevenlabs_default_voice",
    ),
    Offer(name="deepgram", key="deepgram_api_key", make=_aura, voice="deepgram_voice"),
)
"""In the order in which they are asked when nobody says otherwise; the first one is also the name of a stand-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What watches over the providers."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    tracing: Tracing
    supervisor: Supervisor

    def timer(self, name: str) -> ProviderTimer:
        return ProviderTimer(name, metrics=self.metrics, clock=self.clock, tracing=self.tracing)

    def route(self, kind: str, adapters: Sequence[tuple[str, A]]) -> Route[A]:
        return Route(kind, adapters, clock=self.clock, metrics=self.metrics)


class Providers:
    """All of them, as one of each kind; a kind named in `overrides` is taken from there: one adapter, several by name,
    or None. Raises Misconfigured for one that is named in the settings and has no key.
    """

    def __init__(self, watching: Watching, overrides: Mapping[str, Any]) -> None:
        w, settings = watching, watching.settings
        ears = _adapters(EARS, settings.stt_providers, watching=w, given=overrides.get("stt", w))
        voices = _adapters(VOICES, settings.tts_providers, watching=w, given=overrides.get("tts", w))
        brains = _adapters(BRAINS, settings.llm_providers, watching=w, given=overrides.get("brain", w))
        brains = brains or [("anthropic", _anthropic(settings, w.supervisor))]
        self.infos: list[ProviderInfo] = []
        self.stt: SpeechToText | None = None
        self.tts: TextToSpeech | None = None
        if ears:
            heard = [(name, TimedSpeechToText(each, w.timer(name))) for name, each in ears]
            hearing: Route[SpeechToText] = w.route("stt", heard)
            self.stt = EarChain(hearing)
            self._tell(hearing, EARS, settings=settings, stages=("stt",))
        else:
            self._tell_none("stt", stages=("stt",))
        thinking: Route[Brain] = w.route("brain", [(name, TimedBrain(each, w.timer(name))) for name, each in brains])
        patience = BrainPatience(hedge=settings.llm_hedge_ms / MS)
        self.brain: Brain = BrainChain(thinking, spawn=w.supervisor.spawn, metrics=w.metrics, patience=patience)
        self._tell(thinking, BRAINS, settings=settings, stages=("brain", "clause"))
        if voices:
            timed = [(name, TimedTextToSpeech(each, w.timer(name))) for name, each in voices]
            speaking: Route[TextToSpeech] = w.route("tts", timed)
            self.tts = VoiceChain(speaking)
            self._tell(speaking, VOICES, settings=settings, stages=("voice",))
        else:
            self._tell_none("tts", stages=("voice",))

    def _tell(
        self, route: Route[Any], offers: Sequence[Offer[Any]], *, settings: Settings, stages: tuple[str, ...]
    ) -> None:
        """The stages of a turn are the time of whoever served it, which is mostly the first."""
        known = {offer.name: offer for offer in offers}
        for index, name in enumerate(route.names):
            offer = known.get(name)
            self.infos.append(
                ProviderInfo(
                    kind=route.kind,
                    name=name,
                    configured=route.kind != "brain" or offer is None or offer.ready(settings),
                    model=_field(settings, offer.model) if offer is not None else "",
                    voice=_field(settings, offer.voice) if offer is not None else "",
                    stages=stages if index == 0 else (),
                    breaker=lambda name=name: str(route.state(name)),  # type: ignore[misc]
                )
            )

    def _tell_none(self, kind: str, *, stages: tuple[str, ...]) -> None:
        self.infos.append(ProviderInfo(kind=kind, name="", configured=False, stages=stages))


def _field(settings: Settings, name: str) -> str:
    return str(getattr(settings, name)) if name else ""


def _adapters(offers: Sequence[Offer[A]], listed: str, *, watching: Watching, given: Any) -> list[tuple[str, A]]:
    """`given` is what a test or a tool wants instead; the watching itself stands for nothing."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return list(given.items())
    if given is not watching:
        return [(offers[0].name, given)]
    settings, known = watching.settings, {offer.name: offer for offer in offers}
    chosen = [known[name] for name in names(listed)]
    for offer in chosen:
        if not offer.ready(settings):
            raise Misconfigured(
                "settings", f"{offer.name} is to be used, and {(offer.key or offer.model).upper()} is not set"
            )
    chosen = chosen or [offer for offer in offers if offer.unasked and offer.ready(settings)]
    return [(offer.name, offer.make(settings, watching.supervisor)) for offer in chosen]
