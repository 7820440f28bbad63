"""Speech as files: a clause is synthesised once, stored, and played by the carrier from its address."""

import hashlib

from control_plane.core.audio.g711 import to_pcm16
from control_plane.ports.infrastructure import BlobStore
from control_plane.services.media.recorder import wav
from control_plane.services.media.voices import CallVoice


class SpokenAudio:
    """Addresses of spoken clauses, for webhook mode."""

    def __init__(self, voice: CallVoice, blobs: BlobStore) -> None:
        self._voice = voice
        self._blobs = blobs

    async def url(self, text: str, *, keep: bool) -> str:
        """Where the carrier can fetch the clause as WAV, for ten minutes. Raises ProviderError.

        `keep`: it will be said again, also in other calls, so its audio is kept.
        """
        audio = await self._voice.synthesize(text, keep=keep)
        key = f"speech/{hashlib.sha256(audio).hexdigest()[:32]}.wav"
        await self._blobs.put(key, wav(to_pcm16(audio)), content_type="audio/wav")
        return await self._blobs.url(key)
