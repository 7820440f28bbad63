"""The AI providers of the simulated world: Deepgram, Anthropic and ElevenLabs under one host.

Faults, by target; times in seconds, defaults in brackets:

* `deepgram.handshake`: `http_<status>`; `slow` {delay_s: 3}.
* `deepgram.stream`: `close_1011`, `data_0000`, `half_open` (not even a pong), `garbage`, each {after_s: 1}; `late`
  {delay_s: 3}; `empty_finals`; `duplicate_speech_started`. One of each kind can hold a socket at once.
* `anthropic.request`: `http_<status>` (429 with {retry_after: 1}); `slow` {delay_s: 3}.
* `anthropic.stream`: `error_event` {type: overloaded_error}, `cut`, `stall` {seconds: for ever}, `max_tokens`, each
  {after_tokens: 3}, `max_tokens` inside the arguments of a tool if there is one; `refusal` {after_tokens: 0}.
* `elevenlabs.handshake` (a socket or an HTTP request): `http_<status>`; `slow` {delay_s: 3}.
* `elevenlabs.stream` (an utterance): `slow_first_byte` {delay_s: 3}; `cut` and `stall` {seconds: for ever}, both
  {after_s: 0.5} of audio; `stale_audio` after the final of a context.
"""

from aiohttp import web

from simulator.ai.accounts import Accounts
from simulator.ai.anthropic import Anthropic
from simulator.ai.deepgram import Deepgram
from simulator.ai.elevenlabs import ElevenLabs
from simulator.ai.limits import AiLimits
from simulator.world import World

_VOICE = "/elevenlabs/v1/text-to-speech/{voice}"


def routes(world: World, limits: AiLimits | None = None) -> list[web.RouteDef]:
    """All endpoints; a client's base address is the simulator's with `/deepgram`, `/anthropic` or `/elevenlabs`."""
    limits = limits or AiLimits()
    accounts = Accounts(world)
    ears, model, voices = Deepgram(world, limits), Anthropic(world, limits), ElevenLabs(world, limits)
    return [
        web.get("/deepgram/v1/listen", ears.listen),
        web.get("/deepgram/v1/projects", accounts.deepgram_projects),
        web.get("/anthropic/v1/models/{model}", accounts.anthropic_model),
        web.get("/elevenlabs/v1/voices/{voice}", accounts.elevenlabs_voice),
        web.post("/anthropic/v1/messages", model.messages),
        web.get(f"{_VOICE}/stream-input", voices.stream_input),
        web.get(f"{_VOICE}/multi-stream-input", voices.multi_stream_input),
        web.post(f"{_VOICE}/stream", voices.stream),
        web.post(_VOICE, voices.whole),
    ]
