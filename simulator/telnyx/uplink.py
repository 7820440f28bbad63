"""From the caller's frames to media messages, with the faults of the way."""

from binascii import b2a_base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from simulator.audio.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from simulator.audio.levels import FRAME, SILENT_FRAME
from simulator.faults import Fault
from simulator.spoken import Spoken
from simulator.telnyx.requests import StreamOptions
from simulator.telnyx.wire import Wire

_TICK_S: Final = 0.02
_SILENCE: Final = b2a_base64(SILENT_FRAME, newline=False)


class Uplink:
    """Writes the messages of one stream.

    Faults: `pcma` (the leg speaks A-law), `frame_ms` {ms}, `out_of_order` {every}, `missing_frames` {after_s, seconds}.
    What was said is entered in the ledger as the gateway sees it in PCMU, and only if it was sent.
    """

    def __init__(self, wire: Wire, options: StreamOptions, *, faults: Mapping[str, Fault]) -> None:
        self.encoding = "PCMA" if "pcma" in faults else options.encoding
        self._wire = wire
        self._inbound = options.track in ("inbound_track", "both_tracks")
        self._outbound = options.track in ("outbound_track", "both_tracks")
        self._hold = faults.get("missing_frames")
        size = faults["frame_ms"].number("ms", 40) if "frame_ms" in faults else 20
        self._whole = max(1, round(size / 20)) * FRAME
        self._swap_every = int(faults["out_of_order"].number("every", 5)) if "out_of_order" in faults else 0
        self._pending = b""
        self._kept: bytes | None = None
        self._ticks = 0
        unusual = self._hold is not None or self._whole > FRAME or self._swap_every or self._outbound
        self._plain = self._inbound and self.encoding == "PCMU" and not unusual

    def messages(self, frame: bytes, spoken: Spoken | None, *, heard: bytes | None) -> Iterable[bytes]:
        """What goes out in this 20 ms tick."""
        if not self._plain:
            return self._unusual(frame, spoken, heard=heard)
        at_ms = self._ticks * 20
        self._ticks += 1
        if spoken is not None:
            spoken.append(frame)
        payload = _SILENCE if frame is SILENT_FRAME else b2a_base64(frame, newline=False)
        return (self._wire.media(payload, at_ms),)

    def _unusual(self, frame: bytes, spoken: Spoken | None, *, heard: bytes | None) -> Iterator[bytes]:
        self._ticks += 1
        if self._lost():
            return
        if self._inbound:
            yield from self._say(frame, spoken)
        if self._outbound:
            yield self._wire.media(self._payload(heard or SILENT_FRAME), self._at_ms, track="outbound")

    @property
    def _at_ms(self) -> int:
        return (self._ticks - 1) * 20

    def _lost(self) -> bool:
        if self._hold is None:
            return False
        since = self._ticks * _TICK_S - self._hold.number("after_s", 1.0)
        return 0 <= since < self._hold.number("seconds", 1.0)

    def _say(self, frame: bytes, spoken: Spoken | None) -> Iterator[bytes]:
        if spoken is not None:
            spoken.append(frame if self.encoding == "PCMU" else frame.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW))
        if self._whole > FRAME:
            self._pending += frame
            if len(self._pending) < self._whole:
                return
            frame, self._pending = self._pending, b""
        message = self._wire.media(self._payload(frame), self._at_ms)
        if self._swap_every and self._kept is None and self._ticks % self._swap_every == 0:
            self._kept = message
            return
        yield message
        if self._kept is not None:
            yield self._kept
            self._kept = None

    def _payload(self, audio: bytes) -> bytes:
        if self.encoding == "PCMA":
            audio = audio.translate(ULAW_TO_ALAW)
        return b2a_base64(audio, newline=False)
