"""The AI providers of the simulated world: Deepgram, Anthropic and ElevenLabs under one host."""

from aiohttp import web

from simulator.ai.anthropic import Anthropic
from simulator.ai.deepgram import Deepgram
from simulator.ai.elevenlabs import ElevenLabs
from simulator.ai.limits import AiLimits
from simulator.world import World

_VOICE = "/elevenlabs/v1/text-to-speech/{voice}"


def routes(world: World, limits: AiLimits | None = None) -> list[web.RouteDef]:
    """All endpoints; a client's base address is the simulator's with `/deepgram`, `/anthropic` or `/elevenlabs`."""
    limits = limits or AiLimits()
    ears, model, voices = Deepgram(world, limits), Anthropic(world, limits), ElevenLabs(world, limits)
    return [
        web.get("/deepgram/v1/listen", ears.listen),
        web.post("/anthropic/v1/messages", model.messages),
        web.get(f"{_VOICE}/stream-input", voices.stream_input),
        web.get(f"{_VOICE}/multi-stream-input", voices.multi_stream_input),
        web.post(f"{_VOICE}/stream", voices.stream),
        web.post(_VOICE, voices.whole),
    ]
