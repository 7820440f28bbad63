"""What is measured: this gateway and the forms of the peer, how each is configured, and which steps it climbs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from control_plane.core.bot import PartOfDay
from control_plane.resources.bots.maria import MARIA

NAME_HOLE: Final = ", {nombre}"
MODELS: Final = {
    "anthropic_model": "claude-haiku-5-5",
    "deepgram_model": "nova-3",
    "elevenlabs_model": "eleven_flash_v2_5",
    "elevenlabs_voice": "EXAVITQu4vr4xnSDxMaL",
}
"""The gateway's own defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """`form` is a key of the bot's `FORMS`; empty for the gateway. `steps` are numbers of calls, growing."""

    name: str
    title: str
    steps: tuple[int, ...]
    form: str = ""

    def climbing(self, steps: tuple[int, ...]) -> "System":
        return replace(self, steps=steps)


SYSTEMS: Final = (
    System(
        name="centralita",
        title="Centralita",
        steps=(1, 25, 50, 100, 150, 200, 250, 300, 350, 400),
    ),
    System(
        name="pipecat-smart-turn",
        title="pipecat, Silero + smart-turn (its default)",
        steps=(1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15),
        form="smart-turn",
    ),
    System(
        name="pipecat-silero",
        title="pipecat, Silero alone",
        steps=(1, 4, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40, 50),
        form="silero",
    ),
    System(
        name="pipecat-flux",
        title="pipecat, Deepgram Flux, no VAD",
        steps=(1, 10, 15, 20, 25, 30, 35, 40, 50, 60, 80, 100),
        form="flux",
    ),
)
QUICK: Final = {
    "centralita": (1, 25, 100),
    "pipecat-smart-turn": (1, 4),
    "pipecat-silero": (1, 10),
    "pipecat-flux": (1, 20),
}
"""Steps that show the order of things in some minutes."""


def peer_settings(credentials: Mapping[str, Any], *, form: str, port: int) -> dict[str, Any]:
    """What the peer's bot needs to live in the simulated world, with the gateway's own prompt and greeting."""
    keys = credentials["keys"]
    return {
        **MODELS,
        "form": form,
        "port": port,
        "prompt": MARIA.persona,
        "greeting": MARIA.greetings[PartOfDay.MORNING].replace(NAME_HOLE, ""),
        "telnyx_url": credentials["telnyx_base_url"],
        "telnyx_key": credentials["telnyx_api_key"],
        "deepgram_url": credentials["deepgram_base_url"],
        "deepgram_key": keys["deepgram_api_key"],
        "anthropic_url": credentials["anthropic_base_url"],
        "anthropic_key": keys["anthropic_api_key"],
        "elevenlabs_url": credentials["elevenlabs_base_url"],
        "elevenlabs_key": keys["elevenlabs_api_key"],
    }
