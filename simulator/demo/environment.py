"""With which settings the gateway of the demo runs."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.demo.options import Options

PHONE: Final = "+576015550100"
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONPATH")
_ROOM: Final = 20
"""More calls than are made may live, as calls overlap with the endings of others."""


def surroundings(mine: Mapping[str, str]) -> dict[str, str]:
    """What a child gets of the own environment: nothing that could be a setting, a key, or a proxy."""
    return {name: mine[name] for name in _KEPT if name in mine}


def gateway_settings(options: Options, credentials: Mapping[str, Any]) -> dict[str, str]:
    """What makes the gateway a part of the simulated world; `credentials` as the simulator prints them."""
    keys = credentials["keys"]
    settings = {
        "LOG_LEVEL": options.log_level,
        "MAX_CALLS": str(options.calls + _ROOM),
        "USE_MEDIA_STREAMS": "false" if options.mode == "webhook" else "true",
        "TELNYX_BASE_URL": credentials["telnyx_base_url"],
        "TELNYX_API_KEY": credentials["telnyx_api_key"],
        "TELNYX_PUBLIC_KEY": credentials["telnyx_public_key"],
        "TELNYX_CONNECTION_ID": keys["telnyx_connection_id"],
        "TELNYX_PHONE_NUMBER": PHONE,
        "DEEPGRAM_BASE_URL": credentials["deepgram_base_url"],
        "DEEPGRAM_API_KEY": keys["deepgram_api_key"],
        "ANTHROPIC_BASE_URL": credentials["anthropic_base_url"],
        "CLAUDE_API_KEY": keys["anthropic_api_key"],
        "ELEVENLABS_BASE_URL": credentials["elevenlabs_base_url"],
        "ELEVENLABS_API_KEY": keys["elevenlabs_api_key"],
    }
    if options.language != "es":
        settings["BOT_LANGUAGE"] = options.language
    return settings
