"""What the caller hears of the bot: when it is audible, which words arrive, where the sound has holes."""

from dataclasses import dataclass
from typing import Final

from simulator.audio.levels import FRAME, audible
from simulator.audio.speech import char_starts_ms
from simulator.spoken import Spoken, SpokenLedger

TICK_S: Final = 0.02
_ONSET_PAUSE_S: Final = 0.3
"""Silence after which the next sound is the beginning of something; pauses between sentences are shorter."""
_GAP_S: Final = 0.021
_SAME_REPLY_S: Final = 3.0
"""A longer silence between two stretches is no hole in one reply."""
_SEARCH_S: Final = 1.0
"""How often a stretch that is not aligned to frames is searched for."""
_WHOLE: Final = 10 * FRAME
"""A stretch of which no more than this is missing at the end was heard to the end."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """A stretch of bot speech as far as it arrived."""

    spoken: Spoken
    begun: int
    """The byte of the stretch with which this begins: after a pause a reply goes on in the middle."""
    offset: int
    """Bytes of the stretch that have been played, or skipped."""
    started_at: float
    ended_at: float
    cut: bool = False

    @property
    def whole(self) -> bool:
        return self.offset + _WHOLE >= len(self.spoken.audio)

    @property
    def text(self) -> str:
        """What of the text was heard, by the time of its characters."""
        if self.whole and not self.cut and self.spoken.ended_at is not None:
            return self.spoken.text
        heard_ms = self.offset / 8
        return self.spoken.text[: sum(start < heard_ms for start in char_starts_ms(self.spoken.text))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Silence inside one stretch of bot speech whose audio was not finished."""

    at: float
    ms: float


class Ears:
    """Listens to the played frames of one leg."""

    def __init__(self, ledger: SpokenLedger) -> None:
        self._ledger = ledger
        self.heard: list[Heard] = []
        self.gaps: list[Gap] = []
        self.onsets: list[float] = []
        """When the bot became audible after a pause."""
        self.quiet_since: float | None = None
        """Since when it had not been, before the last of them; None: never before."""
        self.finished = True
        """Nothing more is to come, as far as the sender said."""
        self._last_loud_at = float("-inf")
        self._audible_at: float | None = None
        self._following: Heard | None = None
        self._starved_at: float | None = None
        self._searched_at = float("-inf")

    def hear(self, frame: bytes | None, now: float, *, finished: bool) -> bool:
        """One tick: what was played, None for nothing. True when the bot became audible with this frame."""
        self.finished = finished
        if frame is None:
            if finished:
                self._starved_at = None
            elif self._starved_at is None:
                self._starved_at = now
            return False
        loud = audible(frame)
        self._follow(frame, now, loud=loud)
        if not loud:
            return False
        self._starved_at = None
        onset = now - self._last_loud_at > _ONSET_PAUSE_S
        if onset:
            self.onsets.append(now)
            self.quiet_since = self._audible_at
        self._last_loud_at = self._audible_at = now
        return onset

    def quiet_s(self, now: float) -> float:
        """Since when the bot has not been audible."""
        return now - self._last_loud_at

    def talking(self, now: float) -> bool:
        return self.quiet_s(now) <= _ONSET_PAUSE_S

    def floor_taken(self) -> None:
        """The caller began to speak: a silence of the bot from here on is no hole."""
        self._starved_at = None

    def cleared(self) -> None:
        """The rest of what was queued will not be played."""
        if self._following is not None and not self._following.whole:
            self._following.cut = True
        self._following = None
        self._starved_at = None
        self._last_loud_at = float("-inf")

    def _follow(self, frame: bytes, now: float, *, loud: bool) -> None:
        following = self._following
        if following is not None and following.spoken.audio.startswith(frame, following.offset):
            self._advance(following, following.offset, now=now)
            return
        if not loud:
            return
        found = self._find(frame, now)
        if found is None:
            return
        spoken, offset = found
        if following is not None and following.spoken is spoken and offset >= following.offset:
            self._advance(following, offset, now=now)
            return
        if self._starved_at is not None and now - self._starved_at < _SAME_REPLY_S:
            self._gap(self._starved_at, now)
        self._following = Heard(
            spoken=spoken, begun=offset, offset=offset + FRAME, started_at=now, ended_at=now + TICK_S
        )
        self.heard.append(self._following)

    def _advance(self, heard: Heard, offset: int, *, now: float) -> None:
        self._gap(heard.ended_at, now)
        heard.offset = offset + FRAME
        heard.ended_at = now + TICK_S

    def _gap(self, since: float, now: float) -> None:
        if now - since > _GAP_S:
            self.gaps.append(Gap(at=since, ms=round((now - since) * 1000, 1)))

    def _find(self, frame: bytes, now: float) -> tuple[Spoken, int] | None:
        found = self._ledger.locate(frame)
        if found is None and now - self._searched_at > _SEARCH_S:
            self._searched_at = now
            recognised = self._ledger.recognise(frame)
            found = (recognised[0], round(recognised[1] * 8000)) if recognised else None
        return found
