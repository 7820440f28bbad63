"""Which settings there are: the one place where the environment, `.env` and secret files become values.

Every field is documented in `.env.example`. A field is named like its variable in lower case; where a variable has
two names, the field has the first.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from control_plane.settings_check import Fault, SettingsError, Severity, faults
from control_plane.settings_providers import LlmOrder, SttOrder, TtsOrder
from control_plane.settings_sources import Found, look_around, value_faults

__all__ = ["ALIASES", "Fault", "Settings", "SettingsError", "Severity", "faults", "variable_names"]

ALIASES: Mapping[str, tuple[str, ...]] = {
    "api_port": ("API_PORT", "PORT"),
    "claude_api_key": ("CLAUDE_API_KEY", "ANTHROPIC_API_KEY"),
    "aws_region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "otlp_endpoint": ("OTEL_EXPORTER_OTLP_ENDPOINT",),
    "otlp_headers": ("OTEL_EXPORTER_OTLP_HEADERS",),
}
"""Fields that answer to several variables; in one place (environment, `.env`, …) the first that is set counts."""

Port = Annotated[int, Field(ge=1, le=65535)]
Milliseconds = Annotated[int, Field(ge=20, le=10_000, multiple_of=20)]
Secret = SecretStr
Address = Annotated[str, Field(repr=False)]
"""An address that may hold a password."""

NOTHING = SecretStr("")

ADDRESSES = (
    "webhook_base_url",
    "ws_stream_url",
    "telnyx_base_url",
    "twilio_base_url",
    "anthropic_base_url",
    "openai_base_url",
    "elevenlabs_base_url",
    "deepgram_base_url",
    "aws_endpoint_url",
    "supabase_url",
    "otlp_endpoint",
    "sidecar_url",
    "node_address",
)


class Settings(BaseSettings):
    """All settings of one process, checked. Constructing it looks at nothing but its arguments; `load` looks around."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    host: str = "127.0.0.1"
    api_port: Port = 3008
    stream_port: Annotated[int, Field(ge=0, le=65535)] = 0
    webhook_port: Annotated[int, Field(ge=0, le=65535)] = 0
    auth_token: Secret = NOTHING
    max_calls: Annotated[int, Field(ge=1)] = 200
    max_call_seconds: Annotated[int, Field(ge=60, le=14_000)] = 1800
    ring_timeout_seconds: Annotated[int, Field(ge=5, le=600)] = 45
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    node_id: Annotated[str, Field(pattern="^[a-z0-9-]{1,32}$")] = "main"
    node_address: str = ""
    session_hours: Annotated[int, Field(ge=1, le=8760)] = 720
    registration: Literal["closed", "open"] = "closed"
    api_requests_per_minute: Annotated[int, Field(ge=1)] = 600
    sign_ins_per_minute: Annotated[int, Field(ge=1)] = 20
    sidecar_url: str = "http://127.0.0.1:3009"

    carrier: str = "telnyx"
    webhook_base_url: str = Field(default_factory=lambda known: f"http://127.0.0.1:{known['api_port']}")
    use_media_streams: bool = True
    ws_stream_url: str = Field(default_factory=lambda known: _stream_url(known))
    stream_target_legs: Literal["self", "opposite", "both"] = "self"
    stream_secret: Secret = NOTHING
    transfer_number: str = ""

    telnyx_api_key: Secret = NOTHING
    telnyx_public_key: str = ""
    telnyx_connection_id: str = ""
    telnyx_phone_number: str = ""
    telnyx_base_url: str = "https://api.telnyx.com/v2"
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = NOTHING
    twilio_phone_number: str = ""
    twilio_base_url: str = "https://api.twilio.com"

    llm_providers: LlmOrder = ""
    llm_hedge_ms: Milliseconds = 1200
    stt_providers: SttOrder = ""
    tts_providers: TtsOrder = ""
    claude_api_key: Secret = NOTHING
    anthropic_model: str = "claude-haiku-5-5"
    anthropic_base_url: str = "https://api.anthropic.com"
    deepgram_api_key: Secret = NOTHING
    deepgram_model: str = "nova-3"
    deepgram_voice: str = ""
    deepgram_base_url: str = "https://api.deepgram.com"
    endpointing_ms: Annotated[int, Field(ge=10, le=5000)] = 200
    elevenlabs_api_key: Secret = NOTHING
    elevenlabs_model: str = "eleven_flash_v2_5"
    elevenlabs_default_voice: str = "EXAVITQu4vr4xnSDxMaL"
    elevenlabs_base_url: str = "https://api.elevenlabs.io"
    openai_api_key: Secret = NOTHING
    openai_model: str = ""
    langchain_model: str = ""
    openai_base_url: str = "https://api.openai.com/v1"

    default_bot: str = "maria"
    bot_language: Literal["", "es", "en", "multi"] = ""
    default_region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "CO"
    default_time_zone: str = "America/Bogota"
    turn_endpointing: Literal["fixed", "adaptive", "semantic"] = "semantic"
    turn_speculation: bool = True
    turn_model: str = "auto"
    playout_lead_ms: Milliseconds = 400
    playout_chunk_ms: Milliseconds = 200
    record_calls: bool = True

    data_dir: Path = Path("var")
    database_url: Address = Field(default_factory=lambda known: f"sqlite:///{known['data_dir']}/centralita.db")
    supabase_url: str = ""
    supabase_key: Secret = NOTHING
    redis_url: Address = ""
    redis_cache_ttl: Annotated[int, Field(ge=1)] = 300
    s3_bucket: str = ""
    aws_access_key_id: Secret = NOTHING
    aws_secret_access_key: Secret = NOTHING
    aws_region: str = ""
    aws_endpoint_url: str = ""

    mail_url: Address = "console:"
    mail_from: str = "centralita@localhost"
    outbound_allow: str = ""

    bot_adapter: str = ""
    meta_access_token: Secret = NOTHING
    meta_phone_number_id: str = ""
    meta_verify_token: Secret = NOTHING

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    log_pii: bool = False
    otlp_endpoint: str = ""
    otlp_headers: Secret = NOTHING
    trace_sample_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0
    alert_channels: Secret = NOTHING
    alert_interval_seconds: Annotated[int, Field(ge=1, le=300)] = 15
    secrets_dir: str = ""

    _found: Found = PrivateAttr(default_factory=Found)

    @field_validator(*ADDRESSES, mode="after")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        urlsplit(value).port  # noqa: B018  (raises ValueError for what can never be an address)
        return value.rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: str) -> str:
        return value.upper()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: what surrounds the process is read by `load`, where it can be handed in."""
        return (init_settings,)

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None, env_file: str | Path | None = ".env") -> Self:
        """Read environment, `<NAME>_FILE` files, `SECRETS_DIR` and `.env`, in this order of precedence.

        Raises SettingsError, which lists every fault at once. What is only missing for real calls, and names that
        nothing knows, are no error: ask `faults`.
        """
        found = look_around(os.environ if env is None else env, env_file=env_file, names=variable_names())
        broken: tuple[Fault, ...] = ()
        try:
            settings = cls.model_validate(found.values)
        except ValidationError as error:
            # The rest is checked with the defaults in place of what is broken, so that one message has all faults.
            broken = value_faults(error, variable_names())
            unusable = {fault.field for fault in broken}
            settings = cls.model_validate({k: v for k, v in found.values.items() if k not in unusable})
        settings._found = Found(values={}, faults=(*found.faults, *broken), unknown=found.unknown)
        every = faults(settings)
        if any(fault.severity is Severity.FATAL for fault in every):
            raise SettingsError(every)
        return settings

    @property
    def found(self) -> Found:
        """What `load` came across besides the values."""
        return self._found

    @staticmethod
    def known_variables() -> tuple[str, ...]:
        """Every variable that is read."""
        return tuple(name for spellings in variable_names().values() for name in spellings)


def variable_names() -> dict[str, tuple[str, ...]]:
    """Field name to the variables it answers to."""
    return {field: ALIASES.get(field, (field.upper(),)) for field in Settings.model_fields}


def _stream_url(known: Mapping[str, Any]) -> str:
    """Below the base URL; one with the API's own port goes past Nginx, and so to the streams' port if there is one."""
    parts = urlsplit(str(known["webhook_base_url"]))
    scheme = "wss" if parts.scheme == "https" else "ws"
    netloc = parts.netloc
    if known["stream_port"] and scheme == "ws" and parts.port == known["api_port"]:
        netloc = f"{netloc.removesuffix(str(parts.port))}{known['stream_port']}"
    return urlunsplit((scheme, netloc, parts.path.rstrip("/") + "/stream/media", "", ""))
