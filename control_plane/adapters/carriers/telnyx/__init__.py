"""How the gateway is wired with Telnyx (Call Control v2 and media streaming)."""

from typing import Final

from control_plane.adapters.carriers.spec import CarrierConfig, CarrierSpec
from control_plane.adapters.carriers.telnyx.account import (
    BASE_URL,
    ENGINE,
    PROVIDER,
    TARGET_LEGS,
    VOICES,
    TelnyxAccount,
)
from control_plane.adapters.carriers.telnyx.control import TelnyxControl
from control_plane.adapters.carriers.telnyx.media import TelnyxMedia
from control_plane.adapters.carriers.telnyx.webhooks import TelnyxWebhookReader
from control_plane.ports.carrier import Carrier


def build(config: CarrierConfig) -> Carrier:
    account = TelnyxAccount(
        api_key=config.option("api_key"),
        connection_id=config.option("connection_id"),
        base_url=config.option("base_url", BASE_URL),
        webhook_url=config.webhook_url,
        ring_s=config.ring_s,
        talk_s=config.talk_s,
        stream_target_legs=config.option("stream_target_legs", TARGET_LEGS),
        voices={language: config.option(f"voice_{language}", voice) for language, voice in VOICES.items()},
        transcription_engine=config.option("transcription_engine", ENGINE),
    )
    return Carrier(
        name=PROVIDER,
        control=TelnyxControl(account),
        reader=TelnyxWebhookReader(config.option("public_key")),
        codec=TelnyxMedia,
    )


TELNYX: Final = CarrierSpec(
    name=PROVIDER,
    required=("api_key", "public_key", "connection_id"),
    optional=("base_url", "stream_target_legs", "transcription_engine", *(f"voice_{language}" for language in VOICES)),
    build=build,
)
