"""The sound of a call on tape, and the recordings cut from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from simulator.audio.levels import FRAME, SILENT_FRAME
from simulator.audio.wav import write_ulaw
from simulator.telnyx.errors import refuse
from simulator.telnyx.wire import timestamp

_LONGEST: Final = 50 * 600
"""Frames of ten minutes; what comes later is not taped."""


class Tape:
    """Both directions of a leg from its answer on, in PCMU, frame by frame."""

    def __init__(self) -> None:
        self._said: list[bytes] = []
        self._heard: list[bytes] = []

    @property
    def size(self) -> int:
        """Bytes of each direction."""
        return len(self._said) * FRAME

    def add(self, inbound: bytes, outbound: bytes | None) -> None:
        """A frame that the party said, and one that it heard; None is silence."""
        if len(self._said) < _LONGEST:
            self._said.append(inbound)
            self._heard.append(outbound or SILENT_FRAME)

    def wav(self, start: int = 0, end: int | None = None, *, dual: bool = True) -> bytes:
        """A WAV file of the bytes from `start` to `end`: left the party (alone if not dual), right the gateway."""
        channels = [b"".join(track)[start:end] for track in (self._said, self._heard)]
        return write_ulaw(*channels[: 2 if dual else 1])

    def erase(self) -> None:
        self._said.clear()
        self._heard.clear()


@dataclass(slots=True, kw_only=True)
class Recording:
    """What `record_start` to `record_stop` (or the hangup) is on the tape."""

    id: str
    tape: Tape
    channels: str
    started_at: str
    start: int
    end: int | None = None
    ended_at: str = ""

    def stop(self) -> None:
        self.end = self.tape.size
        self.ended_at = timestamp()

    def wav(self) -> bytes:
        return self.tape.wav(self.start, self.end, dual=self.channels == "dual")


def begin_recording(tape: Tape, body: Mapping[str, Any], *, prefix: str = "") -> Recording:
    """Record from here on, as the fields `<prefix>format` and `<prefix>channels` ask. Raises Refused.

    Only WAV is recorded; without a format the carrier's default, MP3, becomes WAV too.
    """
    if body.get(f"{prefix}format", "wav") != "wav":
        raise refuse(422, "10032", title="Invalid enumerated value", detail="wav only", pointer=f"/{prefix}format")
    return Recording(
        id=str(uuid4()),
        tape=tape,
        channels=str(body.get(f"{prefix}channels", "dual")),
        started_at=timestamp(),
        start=tape.size,
    )
