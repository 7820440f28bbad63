"""Notes for one call who was audible when, over all its streams: on the clock of the call, by few calls a second."""

from collections import deque
from dataclasses import replace
from statistics import median
from typing import Final

from control_plane.core.audio.ear_meter import EarMeter
from control_plane.core.audio.ear_report import Heard
from control_plane.core.audio.frames import FRAME_BYTES, FRAME_MS
from control_plane.core.turn.events import SpeechStarted, SpeechStopped, TurnEvent
from control_plane.core.turn.vad import VadGate
from control_plane.ports.infrastructure import Clock

WAYS: Final = 100
"""So many of the last ways are kept."""
WAY_S: Final = (0.0, 2.0)
"""What a way can take; other figures say that a mark was lost or came for something else."""

LAGS: Final = 8
"""Of so many looks at the clock the one counts at which the caller's frames had come soonest."""


class EarWitness:
    """The ear of one call. `began_at` is when it was answered (unix seconds); all times are counted from there."""

    def __init__(self, *, began_at: float, clock: Clock) -> None:
        self.meter = EarMeter()
        self.began_at = began_at
        self._clock = clock
        self._offset = began_at - clock.wall() + clock.steady()
        self._leg: EarLeg | None = None
        self._ways: deque[float] = deque(maxlen=WAYS)

    def leg(self, gate: VadGate) -> "EarLeg":
        """For another stream of the call; those before it are not listened to any more."""
        if self._leg is not None:
            self._leg.end()
        self._leg = EarLeg(self, gate)
        return self._leg

    def now(self) -> int:
        """Milliseconds of the call."""
        return max(0, round((self._clock.steady() - self._offset) * 1000))

    def way(self, way_s: float) -> None:
        """So long a sound takes to the carrier's playing, and what the carrier hears to us."""
        shortest, longest = WAY_S
        if way_s <= longest:
            self._ways.append(max(shortest, way_s))

    def heard(self) -> Heard | None:
        """Everything noted; None when no stream ran."""
        if self._leg is not None:
            self._leg.end()
            self._leg = None
        heard = self.meter.heard()
        if heard is None or not self._ways:
            return heard
        return replace(heard, way=round(median(self._ways) * 1000))


class EarLeg:
    """One stream of the call. The caller's frames are counted, not timed: a network hands them over in bursts."""

    __slots__ = ("_agent_at", "_gate", "_lags", "_over", "_witness")

    def __init__(self, witness: EarWitness, gate: VadGate) -> None:
        self._witness = witness
        self._gate = gate
        self._agent_at = witness.now()
        self._lags: deque[int] = deque(maxlen=LAGS)
        self._over = False

    def begin(self) -> None:
        """The clock of the agent's audio starts now."""
        self._agent_at = self._witness.now()

    def caller(self, event: TurnEvent) -> None:
        """What the gate just said."""
        if self._over:
            return
        match event:
            case SpeechStarted():
                self._witness.meter.caller_began(self._caller_at() - (self._gate.loud_since or 0) * FRAME_MS)
            case SpeechStopped(silent_s=silent_s):
                silent = round(silent_s * 1000) or self._gate.policy.stop_frames * FRAME_MS
                self._witness.meter.caller_ended(self._caller_at() - silent)
            case _:
                pass

    def agent(self, audio: bytes) -> None:
        """What the ear got since the last call, gapless."""
        if self._over:
            return
        self._caller_at()
        self._witness.meter.agent(self._agent_at, audio)
        self._agent_at += len(audio) // FRAME_BYTES * FRAME_MS

    def way(self, way_s: float) -> None:
        """A mark took so long to come back."""
        if not self._over:
            self._witness.way(way_s)

    def end(self) -> None:
        """The stream is over; again: nothing."""
        if not self._over:
            self._over = True
            self._witness.meter.over(self._agent_at)

    def _caller_at(self) -> int:
        """Where on the clock of the call the caller's newest frame ended."""
        counted = self._gate.frames * FRAME_MS
        self._lags.append(self._witness.now() - counted)
        return counted + min(self._lags)
