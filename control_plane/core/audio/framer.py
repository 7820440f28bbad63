"""Whole frames out of audio of any size."""

from collections.abc import Sequence

from control_plane.core.audio.frames import FRAME_BYTES, SILENCE, Encoding


class Framer:
    """Cuts PCMU that comes in pieces of any size into frames of 20 ms. It neither reorders nor paces.

    What does not fill a frame is kept for the next piece.
    """

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = b""

    def push(self, payload: bytes) -> Sequence[bytes]:
        """The frames that are now complete, in order; often exactly the payload, which is then passed on uncopied."""
        if len(payload) == FRAME_BYTES and not self._tail:
            return (payload,)
        audio = self._tail + payload
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._tail = audio[whole:]
        return [audio[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES)]

    def flush(self) -> Sequence[bytes]:
        """The last frame, filled up with silence, or nothing when no audio is left over."""
        if not self._tail:
            return ()
        last = self._tail + SILENCE[Encoding.PCMU][len(self._tail) :]
        self._tail = b""
        return (last,)
