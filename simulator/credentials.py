"""What a gateway must be configured with to live in the simulated world."""

from typing import Any

from simulator.world import World


def credentials(world: World) -> dict[str, Any]:
    """Addresses and keys; `telnyx_public_key` as the carrier's portal shows it."""
    keys = world.settings.keys
    return {
        "url": world.url,
        "telnyx_base_url": f"{world.url}/v2",
        "telnyx_public_key": world.carrier.webhooks.public_key,
        "telnyx_api_key": keys.telnyx_api_key,
        "deepgram_base_url": f"{world.url}/deepgram",
        "anthropic_base_url": f"{world.url}/anthropic",
        "openai_base_url": f"{world.url}/openai/v1",
        "elevenlabs_base_url": f"{world.url}/elevenlabs",
        "keys": {
            "telnyx_connection_id": keys.telnyx_connection_id,
            "telnyx_phone_number": keys.telnyx_phone_number,
            "deepgram_api_key": keys.deepgram_api_key,
            "anthropic_api_key": keys.anthropic_api_key,
            "openai_api_key": keys.openai_api_key,
            "elevenlabs_api_key": keys.elevenlabs_api_key,
        },
    }
