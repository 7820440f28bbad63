"""What the simulator is told at start: addresses, keys and how long things take."""

from dataclasses import dataclass, field

from simulator.delays import Delay


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """How long the simulated world takes; names end in the unit. `PATCH /sim/delays` replaces single values.

    Those of the AI providers may also be a distribution (`Spread`), from which every occasion draws anew.
    """

    telnyx_rest_s: float = 0.02
    """From a REST command to its response."""
    telnyx_answer_s: float = 0.3
    """How long a dialled phone rings before it is picked up, found busy, or starts a machine."""
    telnyx_no_answer_s: float = 3.0
    """How long a phone nobody picks up rings before the carrier gives up (never longer than `timeout_secs`)."""
    telnyx_ring_patience_s: float = 30.0
    """How long an inbound caller listens to the ringing before hanging up."""
    telnyx_webhook_s: float = 0.01
    telnyx_webhook_deadline_s: float = 2.0
    telnyx_webhook_retry_s: float = 0.5
    """Pause before the second delivery; doubles for each further one."""
    telnyx_media_connect_s: float = 0.02
    telnyx_recording_s: float = 0.3
    """From the end of a recording to its `call.recording.saved`."""
    telnyx_amd_s: float = 1.0
    """From the answer to the verdict of the answering-machine detection."""
    telnyx_transcription_s: float = 0.25
    """From the end of an utterance to the carrier's own final transcription (webhook mode)."""
    caller_pause_s: float = 0.3
    """What a caller leaves between the end of the bot's speech and the own words."""
    caller_patience_s: float = 1.0
    """Silence after which a caller takes the bot's speech to be over although more could come."""
    caller_wait_s: float = 12.0
    """How long a caller waits for the bot to say anything before going on with the script."""
    deepgram_interim_ms: Delay = 120
    deepgram_final_ms: Delay = 250
    llm_first_token_ms: Delay = 350
    llm_token_ms: Delay = 15
    tts_first_byte_ms: Delay = 180
    tts_speed: float = 4.0
    """How many times faster than real time audio is synthesised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys a gateway must present; `signing_seed` is the 32 byte Ed25519 seed of the carrier's webhooks, in hex."""

    telnyx_api_key: str = "KEY0simulator"
    telnyx_connection_id: str = "1700000000000000001"
    telnyx_phone_number: str = "+525550000000"
    signing_seed: str = "".join(f"{i:02x}" for i in range(32))
    deepgram_api_key: str = "deepgram-simulator-key"
    anthropic_api_key: str = "sk-ant-simulator-key"
    openai_api_key: str = "sk-openai-simulator-key"
    elevenlabs_api_key: str = "elevenlabs-simulator-key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the simulator listens and which gateway it calls. Port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 4010
    gateway_url: str = "http://127.0.0.1:3008"
    telnyx_webhook_path: str = "/webhook/telnyx"
    script: str = "appointment"
    """The script of whoever answers a dialled number for which `POST /sim/answers` named none."""
    seed: int = 1
    accounts: int = 1
    """Of each AI provider: so many times as many sockets are allowed as one has."""
    dials_per_second: float = 30.0
    """The carrier's limit, measured as a rolling sum over five seconds."""
    keep_calls: int = 2000
    """Ended calls that are kept for reports."""
    keep_audio: int = 40
    """Ended calls whose audio is kept."""
    keys: Keys = field(default_factory=Keys)
    delays: Delays = field(default_factory=Delays)

    @property
    def telnyx_webhook_url(self) -> str:
        return self.gateway_url.rstrip("/") + self.telnyx_webhook_path
