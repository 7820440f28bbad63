"""When the caller's voice begins and falls silent, told from the audio alone.

    frame      1    2    3    4    5    6  …               n    n+1  …  n+6
    sound      ▂    ▅    ▇    ▇    ▆    ▅  …  speech  …    ▃    ▁    …   ▁
    voiced     ·    ✓    ✓    ✓    ✓    ✓                  ✓    ·        ·
    event                     SpeechStarted                              SpeechStopped

A voice is loud against the noise floor, and it has a pitch. Coughs and line noise have none, that of hum is too low,
keys and beeps are steady tones, and a bang dies away at once.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from control_plane.core.audio.frames import FRAME_MS, SILENCE, Encoding
from control_plane.core.audio.g711 import magnitude, magnitude_at
from control_plane.core.audio.pitch import Sound, sound
from control_plane.core.turn.events import SpeechStarted, SpeechStopped
from control_plane.core.turn.noise_floor import NoiseFloor


@dataclass(frozen=True, slots=True, kw_only=True)
class VadPolicy:
    """What counts as a voice. Counts are in frames of 20 ms."""

    window_frames: int = 5
    """So many of the last frames decide about a start, which so comes at most that long after the first loud one."""
    loud_frames: int = 4
    """So many of them must be loud."""
    voiced_frames: int = 3
    """So many of them must be voiced, the last one among them."""
    stop_frames: int = 6
    """So many frames without voice end the speech: longer than a stop consonant, and as short as that allows, for
    everything that follows from a caller's silence begins here."""
    unvoiced_frames: int = 10
    """So long after a voiced frame loud ones still belong to the speech: the longest hiss within a word."""
    quietest_dbfs: float = -45.0
    """A frame whose mean amplitude is less is never loud."""
    above_floor_db: float = 4.0
    """A loud frame is so much louder than the noise floor."""
    floor_frames: int = 100
    """The noise floor is the quietest of about so many frames: longer than anybody speaks without a dip."""
    fading: float = 0.6
    """At the start the loudness is at least this part of the loudest frame in the window; a bang only dies away."""
    steady: float = 0.08
    """A tone whose loudness changes by less than this part of it comes from a key or a beep, not from a throat."""


_STEADY_FRAMES: Final = 3


class VadGate:
    """Counts the voiced frames of one caller. Wall time and words are none of its business.

    A quiet frame costs little more than its loudness; only loud ones are searched for a pitch.
    """

    __slots__ = (
        "_before",
        "_floor",
        "_granted",
        "_levels",
        "_loud",
        "_onset",
        "_quiet_for",
        "_ratio",
        "_since_voiced",
        "_threshold",
        "_voiced",
        "_window",
        "frames",
        "policy",
        "speaking",
    )

    def __init__(self, policy: VadPolicy | None = None) -> None:
        self.policy = policy or VadPolicy()
        self.frames = 0
        """Frames fed so far."""
        self.speaking = False
        self._floor = NoiseFloor(frames=self.policy.floor_frames)
        self._ratio = 10 ** (self.policy.above_floor_db / 20)
        self._threshold = float(magnitude_at(self.policy.quietest_dbfs))
        self._before = SILENCE[Encoding.PCMU]
        self._levels: deque[int] = deque([0], maxlen=self.policy.window_frames)
        # Loud and voiced frames of the window are one bit each, the newest lowest.
        self._window = (1 << self.policy.window_frames) - 1
        self._loud = 0
        self._voiced = 0
        self._granted = False
        self._onset = 0
        self._since_voiced = 0
        self._quiet_for = 0

    @property
    def loud_since(self) -> int | None:
        """How many frames of the speech have come, from its first loud one on; None while nobody speaks."""
        return self.frames - self._onset if self.speaking else None

    def feed(self, frame: bytes) -> SpeechStarted | SpeechStopped | None:
        """The next frame: 160 bytes of PCMU."""
        level = magnitude(frame)
        if self._floor.follow(level):
            self._threshold = max(magnitude_at(self.policy.quietest_dbfs), self._floor.level * self._ratio)
        self.frames += 1
        self._levels.append(level)
        loud = level > self._threshold
        # Within speech every second voiced frame is taken for granted: looking for a pitch is what the gate costs.
        self._granted = self.speaking and bool(self._voiced & 1) and not self._granted
        voiced = loud and (self._granted or self._is_voiced(frame))
        self._before = frame
        self._loud = (self._loud << 1 | loud) & self._window
        self._voiced = (self._voiced << 1 | voiced) & self._window
        if self.speaking:
            return self._go_on(loud, voiced)
        return self._start() if voiced else None

    def _start(self) -> SpeechStarted | None:
        """Whether with this voiced frame it is speech."""
        policy = self.policy
        if (
            self._voiced.bit_count() < policy.voiced_frames
            or self._loud.bit_count() < policy.loud_frames
            or self._levels[-1] < policy.fading * max(self._levels)
        ):
            return None
        self.speaking = True
        self._onset = self.frames - self._loud.bit_length()
        self._since_voiced = self._quiet_for = 0
        return SpeechStarted()

    def _go_on(self, loud: bool, voiced: bool) -> SpeechStopped | None:
        """Whether with this frame the speech is over."""
        self._since_voiced = 0 if voiced else self._since_voiced + 1
        alive = loud and self._since_voiced <= self.policy.unvoiced_frames
        self._quiet_for = 0 if alive else self._quiet_for + 1
        if self._quiet_for < self.policy.stop_frames:
            return None
        self.speaking = False
        self._loud = self._voiced = 0
        return SpeechStopped(silent_s=self.policy.stop_frames * FRAME_MS / 1000)

    def _is_voiced(self, frame: bytes) -> bool:
        heard = sound(self._before, frame)
        return heard is Sound.VOICE or (heard is Sound.TONE and not self._is_steady())

    def _is_steady(self) -> bool:
        latest = list(self._levels)[-_STEADY_FRAMES:]
        return max(latest) - min(latest) <= self.policy.steady * max(latest)
