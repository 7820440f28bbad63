"""ElevenLabs as a synthesiser: a voice over a socket for a call, or a whole text over HTTP."""

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import httpx

from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.sockets import Spawn, http_url, open_socket, websocket_url
from control_plane.adapters.tts import elevenlabs_wire as wire
from control_plane.adapters.tts.elevenlabs_link import KEEP_ALIVE_S, Link
from control_plane.adapters.tts.elevenlabs_voice import ElevenLabsVoice
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.voice import VoiceOptions

MAX_MESSAGE_BYTES: Final = 16 * 2**20
"""One message of the socket; a long piece with its alignment is far above the library's 1 MiB."""

_LIMITS: Final = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=60)


# A reply that is waited for may leave the socket unread for long, and with it the answers to our pings.
_SOCKET: Final = SocketTimings(ping_every=10.0, ping_patience=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElevenLabsTimings:
    """How patient the adapter is, in seconds."""

    socket: SocketTimings = _SOCKET
    keep_alive: float = KEEP_ALIVE_S
    audio: float = 5.0
    """From a clause to its first audio, and after the last clause from piece to piece."""
    synthesis: float = 30.0
    """A whole text over HTTP, from connecting to the last byte."""


class ElevenLabsTextToSpeech:
    """`base_url` may be http(s) or ws(s) and may have a path prefix; `voice` is used when the options name none."""

    def __init__(
        self,
        *,
        api_key: str,
        voice: str,
        spawn: Spawn,
        base_url: str = "https://api.elevenlabs.io",
        model: str = wire.DEFAULT_MODEL,
        timings: ElevenLabsTimings | None = None,
    ) -> None:
        self._headers = {"xi-api-key": api_key}
        self._voice = voice
        self._spawn = spawn
        self._socket_base = websocket_url(base_url, "")
        self._model = model
        self._timings = timings or ElevenLabsTimings()
        self._http = httpx.AsyncClient(
            base_url=http_url(base_url, ""),
            headers=self._headers,
            limits=_LIMITS,
            timeout=httpx.Timeout(connect=4.0, read=10.0, write=5.0, pool=2.0),
        )

    async def open(self, options: VoiceOptions) -> ElevenLabsVoice:
        async def connect() -> Link:
            return await self._connect(options)

        return ElevenLabsVoice(connect, await connect(), options=options, audio_patience_s=self._timings.audio)

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        try:
            async with asyncio.timeout(self._timings.synthesis):
                response = await self._http.post(
                    wire.speech_path(options.voice or self._voice),
                    params={"output_format": wire.OUTPUT_FORMAT},
                    json=wire.speech_body(text, options, default_model=self._model),
                )
        except (TimeoutError, httpx.TimeoutException) as exc:
            raise Timeout(wire.PROVIDER, "the text was not spoken in time") from exc
        except httpx.HTTPError as exc:
            raise Unavailable(wire.PROVIDER, "cannot be reached") from exc
        if response.status_code != httpx.codes.OK:
            retry_after = response.headers.get("retry-after", "")
            raise wire.http_error(response.status_code, response.content, retry_after=retry_after)
        return response.content

    async def aclose(self) -> None:
        """Closes the HTTP connections; each voice is closed by its call."""
        await self._http.aclose()

    async def _connect(self, options: VoiceOptions) -> Link:
        path = wire.socket_path(options.voice or self._voice)
        socket = await open_socket(
            wire.PROVIDER,
            f"{self._socket_base}{path}?{urlencode(wire.socket_query(options, self._model))}",
            headers=self._headers,
            timings=self._timings.socket,
            max_size=MAX_MESSAGE_BYTES,
        )
        return Link(socket, timings=self._timings.socket, keep_alive_s=self._timings.keep_alive, spawn=self._spawn)
