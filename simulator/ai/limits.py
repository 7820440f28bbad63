"""The limits that the simulated AI providers set by themselves."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class AiLimits:
    """Values of the providers' public documentation unless said otherwise."""

    deepgram_sockets: int = 150
    """Live recognitions of one project; the next handshake is refused with 429."""
    deepgram_idle_s: float = 10.0
    """Without a message from the client for so long, or without audio at the beginning, the socket closes."""
    deepgram_interim_s: float = 0.3
    """Speech between two interim results. The live service takes about a second of audio, Nova-3 often less."""
    deepgram_segment_s: float = 5.0
    """Audio after which a result is made final although the caller goes on."""
    deepgram_flux_idle_s: float = 60.0
    """Without anything from the client, pings among it, for so long, the turn-taking socket is dropped."""
    deepgram_speak_sockets: int = 45
    """Voices of one project."""
    deepgram_speak_flushes: int = 20
    """`Flush` messages of one socket in a minute."""
    anthropic_ping_s: float = 10.0
    """A stream without tokens sends a `ping` so often. Assumed."""
    elevenlabs_contexts: int = 5
    """Contexts alive on one socket."""

    def times(self, accounts: int) -> Self:
        """Of several accounts."""
        return replace(
            self,
            deepgram_sockets=self.deepgram_sockets * accounts,
            deepgram_speak_sockets=self.deepgram_speak_sockets * accounts,
        )
