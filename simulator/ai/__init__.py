"""The AI providers of the simulated world under one host: Deepgram (ears and voices), Anthropic, OpenAI, ElevenLabs.

What can go wrong at them is listed in the table of faults of the simulator's README.
"""

from aiohttp import web

from simulator.ai.accounts import Accounts
from simulator.ai.anthropic import Anthropic
from simulator.ai.deepgram import Deepgram
from simulator.ai.deepgram_flux import DeepgramFlux
from simulator.ai.deepgram_speak import DeepgramSpeak
from simulator.ai.elevenlabs import ElevenLabs
from simulator.ai.limits import AiLimits
from simulator.ai.openai import OpenAi
from simulator.world import World

_VOICE = "/elevenlabs/v1/text-to-speech/{voice}"


def routes(world: World, limits: AiLimits | None = None) -> list[web.RouteDef]:
    """All endpoints; a client's base address is the simulator's with `/deepgram`, `/anthropic`, `/openai/v1` or
    `/elevenlabs`.
    """
    limits = limits or AiLimits()
    accounts = Accounts(world)
    ears, model, voices = Deepgram(world, limits), Anthropic(world, limits), ElevenLabs(world, limits)
    aura, compatible = DeepgramSpeak(world, limits), OpenAi(world)
    return [
        web.get("/deepgram/v1/listen", ears.listen),
        web.get("/deepgram/v2/listen", DeepgramFlux(world, limits).listen),
        web.get("/deepgram/v1/speak", aura.socket),
        web.post("/deepgram/v1/speak", aura.whole),
        web.get("/deepgram/v1/projects", accounts.deepgram_projects),
        web.get("/anthropic/v1/models/{model}", accounts.anthropic_model),
        web.get("/elevenlabs/v1/voices/{voice}", accounts.elevenlabs_voice),
        web.post("/anthropic/v1/messages", model.messages),
        web.post("/openai/v1/chat/completions", compatible.completions),
        web.get("/openai/v1/models/{model}", compatible.model),
        web.get(f"{_VOICE}/stream-input", voices.stream_input),
        web.get(f"{_VOICE}/multi-stream-input", voices.multi_stream_input),
        web.post(f"{_VOICE}/stream", voices.stream),
        web.post(_VOICE, voices.whole),
    ]
