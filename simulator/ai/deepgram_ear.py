"""How audio becomes recognition events: a state machine whose only clock is the audio."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from simulator.ai.deepgram_query import Query
from simulator.ai.deepgram_words import Word, alternative
from simulator.ai.hearing import FRAME_S, RATE, Hearing
from simulator.ai.limits import AiLimits
from simulator.audio.g711 import ALAW_TO_ULAW, ULAW_TO_LINEAR
from simulator.audio.levels import FRAME, SILENT_FRAME, audible
from simulator.spoken import Spoken, SpokenLedger

_LOUDNESS: Final = bytes(min(abs(sample) >> 6, 255) for sample in ULAW_TO_LINEAR)
_LOUD: Final = FRAME * 700 >> 6
"""A mean amplitude of 700: below the softest consonant of speech, above a noisy line of -35 dBFS."""
_ONSET_FRAMES: Final = 3
_NUMBER_HOLD_S: Final = 3.0
_PAUSE_S: Final = 0.5
"""Silence that ends a stretch of speech when endpointing is off."""
_SEARCHES: Final = 3
"""Attempts to find speech that is not cut at whole frames, per stretch of loud audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message for the client, without the metadata of the connection."""

    message: dict[str, Any]
    ended: Spoken | None = None
    """Whose words the result makes final."""
    heard_at: float = 0.0
    """Loop time at which the last loud audio arrived."""

    @property
    def is_interim(self) -> bool:
        return self.message["type"] == "SpeechStarted" or self.message.get("is_final") is False


class Ear:
    """One live recognition. It understands speech that the ledger knows and hears everything else as noise."""

    def __init__(self, query: Query, ledger: SpokenLedger, *, limits: AiLimits) -> None:
        self.query = query
        self._ledger = ledger
        self._limits = limits
        self._rest = bytearray()
        self.consumed = 0
        """Bytes turned into frames."""
        self._segment_start = 0.0
        self._segment_began = 0.0
        """Stream seconds from which the length of a segment counts: leading silence does not."""
        self._hearings: list[Hearing] = []
        self._speaking = False
        self._loud_run = 0
        self._quiet_s = 0.0
        self._searches = 0
        self._interim_at = 0.0
        self._last_word_end: float | None = None
        self._heard_at = self._fed_at = 0.0
        self._least_patience = (_PAUSE_S if query.endpointing_ms is None else query.endpointing_ms / 1000) - 1e-9
        self._interim_s = limits.deepgram_interim_s - 1e-9 if query.interim_results else float("inf")
        self._gap_s = None if query.utterance_end_ms is None else query.utterance_end_ms / 1000

    @property
    def seconds(self) -> float:
        """Audio received so far."""
        return (self.consumed + len(self._rest)) / RATE

    @property
    def pending(self) -> bool:
        """Whether audio waits that no final result covers."""
        return self._now - self._segment_start >= FRAME_S

    @property
    def _now(self) -> float:
        return self.consumed / RATE

    def feed(self, audio: bytes, now: float) -> list[Heard]:
        """More audio arrived at loop time `now`."""
        if self.query.encoding == "alaw":
            audio = audio.translate(ALAW_TO_ULAW)
        found: list[Heard] = []
        self._fed_at = now
        if len(audio) == FRAME and not self._rest:
            self.consumed += FRAME
            found.extend(self._frame(audio, now))
        else:
            self._rest += audio
        while len(self._rest) >= FRAME:
            frame = bytes(self._rest[:FRAME])
            del self._rest[:FRAME]
            self.consumed += FRAME
            found.extend(self._frame(frame, now))
        return found

    def flush(self, *, from_finalize: bool) -> list[Heard]:
        """Make final what was heard so far (`Finalize`, `CloseStream`); who goes on speaking goes on being heard."""
        if self._quiet_s > 0:
            self._speaking = False
        return [self._final(speech_final=False, from_finalize=from_finalize)]

    def _frame(self, frame: bytes, now: float) -> Iterable[Heard]:
        loud = frame != SILENT_FRAME and sum(frame.translate(_LOUDNESS)) > _LOUD
        if loud or self._speaking or self._hearings:
            understood = self._recognise(frame, loud)
            loud = loud or (understood and audible(frame))
        if loud:
            self._heard_at = now
            self._quiet_s = 0.0
            self._loud_run += 1
        else:
            self._quiet_s += FRAME_S
            self._loud_run = 0
        begins = loud and not self._speaking and self._loud_run >= _ONSET_FRAMES
        return () if not begins and self._nothing_due() else self._events(begins)

    def _events(self, begins: bool) -> Iterable[Heard]:
        if begins:
            yield from self._start()
        yield from self._due()

    def _nothing_due(self) -> bool:
        """Whether `_due` has certainly nothing to tell: a look that is cheap enough for every frame."""
        now = self.consumed / RATE
        if now - self._segment_began >= self._limits.deepgram_segment_s:
            return False
        if self._speaking and (self._quiet_s >= self._least_patience or now - self._interim_at >= self._interim_s):
            return False
        if self._gap_s is None or not self._hearings:
            return self._gap_s is None or self._last_word_end is None
        latest = self._hearings[-1]
        return now - latest.offset - (latest.last + 1) * FRAME_S < self._gap_s

    def _start(self) -> Iterable[Heard]:
        self._speaking = True
        self._searches = 0
        self._interim_at = self._segment_began = self._now
        if self.query.vad_events:
            began = round(self._now - _ONSET_FRAMES * FRAME_S, 3)
            yield Heard(message={"type": "SpeechStarted", "channel": [0, 1], "timestamp": began})

    def _due(self) -> Iterable[Heard]:
        """What the frame just taken makes due, in order."""
        length = self._now - self._segment_began
        if self._speaking and self._quiet_s >= self._patience() - 1e-9:
            self._speaking = False
            if self.query.endpointing_ms is not None:
                yield self._final(speech_final=True)
        elif length >= self._limits.deepgram_segment_s and (self._words() or not self._speaking):
            yield self._final(speech_final=False)
        elif self._interim_due():
            self._interim_at = self._now
            yield self._result(self._words(), is_final=False, speech_final=False)
        yield from self._utterance_end()

    def _interim_due(self) -> bool:
        return self._speaking and self._now - self._interim_at >= self._interim_s

    def _patience(self) -> float:
        """Seconds of silence that end the utterance."""
        if self.query.endpointing_ms is None:
            return _PAUSE_S
        patience = max(self.query.endpointing_ms / 1000, FRAME_S)
        if self.query.holds_numbers and patience < _NUMBER_HOLD_S and self._quiet_s >= patience - 1e-9:
            words = self._words()
            if words and words[-1][0].is_number:
                return _NUMBER_HOLD_S
        return patience

    def _utterance_end(self) -> Iterable[Heard]:
        gap = self._gap_s
        if gap is None:
            return
        if self._hearings:
            latest = self._hearings[-1]
            if self._now - latest.offset - (latest.last + 1) * FRAME_S < gap:
                return
            if self._words():
                yield self._final(speech_final=False)
            self._hearings = []
        if self._last_word_end is not None and self._now - self._last_word_end >= gap:
            message = {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": round(self._last_word_end, 3)}
            self._last_word_end = None
            yield Heard(message=message)

    def _recognise(self, frame: bytes, loud: bool) -> bool:
        """Enter a frame that belongs to known speech; False for any other sound."""
        if self._continues(frame):
            return True
        located = self._ledger.locate(frame)
        if located is None:
            if loud and self._loud_run % 5 == 0 and self._searches < _SEARCHES:
                self._searches += 1
                self._realign(frame)
            return False
        spoken, at = located
        self._hearing(spoken, self._now - (at + FRAME) / RATE).add(at // FRAME)
        return True

    def _continues(self, frame: bytes) -> bool:
        """Enter the frame where the latest speech goes on: gaps between words sound alike, A-law's even to the bit."""
        if not self._hearings:
            return False
        latest = self._hearings[-1]
        place = round((self._now - latest.offset) / FRAME_S) - 1
        if place < 0 or not latest.spoken.audio.startswith(frame, place * FRAME):
            return False
        latest.add(place)
        return True

    def _realign(self, frame: bytes) -> None:
        """Speech that is cut between frames: give back what belongs to the next whole frame of the speech."""
        known = self._ledger.recognise(frame)
        if known is None:
            return
        behind = round(known[1] * RATE) % FRAME
        self._rest[:0] = frame[FRAME - behind :]
        self.consumed -= behind

    def _hearing(self, spoken: Spoken, offset: float) -> Hearing:
        """Two calls may say the same words with the same bytes: text and time decide, not the stretch."""
        for hearing in reversed(self._hearings):
            if hearing.spoken.text == spoken.text and abs(hearing.offset - offset) < FRAME_S:
                return hearing
        self._hearings.append(Hearing(spoken, offset))
        return self._hearings[-1]

    def _words(self) -> list[tuple[Word, float]]:
        """Words that arrived and are not final, with the stream second at which their speech began."""
        return [(word, hearing.offset) for hearing in self._hearings for word in hearing.words()]

    def _final(self, *, speech_final: bool, from_finalize: bool = False) -> Heard:
        words = self._words()
        ended = None
        if words:
            latest = self._hearings[-1]
            ended = latest.spoken if speech_final or latest.complete else None
            self._last_word_end = words[-1][1] + words[-1][0].end
        result = self._result(words, is_final=True, speech_final=speech_final, from_finalize=from_finalize)
        goes_on = from_finalize or (self._speaking and not speech_final)
        self._hearings = self._hearings[-1:] if goes_on else []
        for hearing in self._hearings:
            hearing.settle()
        self._segment_start = self._segment_began = self._interim_at = self._now
        # Whoever sends several frames at once makes nothing later as long as the one that decides comes in time.
        heard_at = self._fed_at - self._quiet_s if speech_final else self._heard_at
        return Heard(message=result.message, ended=ended, heard_at=heard_at)

    def _result(
        self, words: list[tuple[Word, float]], *, is_final: bool, speech_final: bool, from_finalize: bool = False
    ) -> Heard:
        return Heard(
            message={
                "type": "Results",
                "channel_index": [0, 1],
                "duration": round(self._now - self._segment_start, 3),
                "start": round(self._segment_start, 3),
                "is_final": is_final,
                "speech_final": speech_final,
                "from_finalize": from_finalize,
                "channel": {"alternatives": [alternative(words, punctuated=self.query.punctuated)]},
            }
        )
