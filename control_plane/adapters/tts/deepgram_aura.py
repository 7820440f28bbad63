"""Deepgram's Aura as a synthesiser: a voice over sockets for a call, or a whole text over HTTP."""

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import httpx

from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.sockets import Spawn, http_url, open_socket, websocket_url
from control_plane.adapters.tts import deepgram_aura_wire as wire
from control_plane.adapters.tts.deepgram_aura_link import Link
from control_plane.adapters.tts.deepgram_aura_voice import DeepgramVoice
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.voice import VoiceOptions

MAX_MESSAGE_BYTES: Final = 16 * 2**20
"""One message of the socket; how much audio Deepgram puts into one is its own choice."""

_LIMITS: Final = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=60)

# A reply that is waited for may leave the socket unread for long, and with it the answers to our pings.
_SOCKET: Final = SocketTimings(ping_every=10.0, ping_patience=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepgramSpeechTimings:
    """How patient the adapter is, in seconds."""

    socket: SocketTimings = _SOCKET
    audio: float = 5.0
    """From a flush to its first audio, and after the last clause from piece to piece."""
    synthesis: float = 30.0
    """A whole text over HTTP, from connecting to the last byte."""


class DeepgramTextToSpeech:
    """`base_url` may be http(s) or ws(s) and may have a path prefix; `voice` is used when the options name none.

    There is no alignment: the text of a clause comes with its first audio, without times.
    """

    def __init__(
        self,
        *,
        api_key: str,
        spawn: Spawn,
        voice: str = "",
        base_url: str = "https://api.deepgram.com",
        timings: DeepgramSpeechTimings | None = None,
    ) -> None:
        self._headers = {"Authorization": f"Token {api_key}"}
        self._spawn = spawn
        self._voice = voice
        self._address = websocket_url(base_url, wire.PATH)
        self._timings = timings or DeepgramSpeechTimings()
        self._http = httpx.AsyncClient(
            base_url=http_url(base_url, ""),
            headers=self._headers,
            limits=_LIMITS,
            timeout=httpx.Timeout(connect=4.0, read=10.0, write=5.0, pool=2.0),
        )

    async def open(self, options: VoiceOptions) -> DeepgramVoice:
        async def connect() -> Link:
            return await self._connect(options)

        return DeepgramVoice(connect, await connect(), audio_patience_s=self._timings.audio)

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        try:
            async with asyncio.timeout(self._timings.synthesis):
                response = await self._http.post(
                    wire.PATH, params=dict(wire.query(options, self._voice)), json={"text": text}
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
        socket = await open_socket(
            wire.PROVIDER,
            f"{self._address}?{urlencode(wire.query(options, self._voice))}",
            headers=self._headers,
            timings=self._timings.socket,
            max_size=MAX_MESSAGE_BYTES,
            error_header="dg-error",
        )
        return Link(socket, self._spawn)
