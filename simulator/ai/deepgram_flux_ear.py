"""How audio becomes turns: the state machine of Flux, whose only clock is the audio.

How sure it is of an end is assumed: quickly after a sentence that is whole, slowly after anything else.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

from simulator.ai.deepgram_ear import Ear, Heard
from simulator.ai.deepgram_flux_query import FluxQuery, Thresholds
from simulator.ai.deepgram_query import Query
from simulator.ai.deepgram_words import alternative
from simulator.ai.limits import AiLimits
from simulator.spoken import SpokenLedger

UPDATE_S: Final = 0.25
_SURE_AFTER_WHOLE_S: Final = 0.26
"""Silence after a whole sentence at which an end is certain: with the delay of a message about 300 ms in all."""
_SURE_AFTER_PART_S: Final = 2.0
_NOISE_S: Final = 1.0
"""Silence after which sound without a word is forgotten."""
_ENDS: Final = (".", "?", "!")


class State(Enum):
    INITIAL = "initial"
    ONGOING = "ongoing"
    AWAITING = "awaiting"
    """The end was told as possible."""


class FluxEar(Ear):
    """One live recognition. It understands what the ledger knows, as the other ear does."""

    def __init__(self, query: FluxQuery, ledger: SpokenLedger, *, limits: AiLimits) -> None:
        super().__init__(
            Query(model=query.model, language="multi", encoding=query.encoding, punctuated=True), ledger, limits=limits
        )
        self.thresholds: Thresholds = query.thresholds
        self.state = State.INITIAL
        self.turn = 0
        self._turn_began = 0.0
        self._updated_at = 0.0
        self._eager_text = ""
        self._latest_text = ""

    def update(self) -> Heard:
        """What is believed by now."""
        return self._info("Update")

    def force_end(self) -> Heard | None:
        """End the turn on what was told last; None where there is none."""
        if self.state is State.INITIAL:
            return None
        return self._end("manual")

    def _nothing_due(self) -> bool:
        return False

    def _due(self) -> Iterable[Heard]:
        """What the frame just taken makes due: a change of state, else an update at its time."""
        words = self._words()
        if self._speaking and not words and self._quiet_s >= _NOISE_S:
            self._speaking = False
        told = self._change(bool(words))
        if told is None and self._now - self._updated_at >= UPDATE_S - 1e-9:
            next_at = self._updated_at + UPDATE_S
            told = self.update()
            self._updated_at = next_at
        if told is not None:
            yield told

    def _change(self, has_words: bool) -> Heard | None:
        match self.state:
            case State.INITIAL if has_words:
                self.state = State.ONGOING
                return self._info("StartOfTurn")
            case State.ONGOING | State.AWAITING:
                return self._onwards()
            case _:
                return None

    def _onwards(self) -> Heard | None:
        """Inside a turn."""
        if self.state is State.AWAITING and (self._text() != self._eager_text or self._goes_on()):
            self.state = State.ONGOING
            return self._info("TurnResumed")
        if self._quiet_s * 1000 >= self.thresholds.timeout_ms - 1e-6:
            return self._end("timeout")
        sure = self._confidence()
        if sure >= self.thresholds.end:
            return self._end("model")
        if self.state is State.ONGOING and self.thresholds.eager is not None and sure >= self.thresholds.eager:
            self.state = State.AWAITING
            self._eager_text = self._text()
            return self._info("EagerEndOfTurn")
        return None

    def _goes_on(self) -> bool:
        """Somebody speaks, though no further word is complete."""
        return self._quiet_s == 0.0

    def _confidence(self) -> float:
        if self._quiet_s <= 0 or not self._hearings:
            return 0.0
        whole = self._hearings[-1].complete and self._text().endswith(_ENDS)
        return min(1.0, self._quiet_s / (_SURE_AFTER_WHOLE_S if whole else _SURE_AFTER_PART_S))

    def _end(self, trigger: str) -> Heard:
        """The turn is over; what is said from now on belongs to the next."""
        latest = self._hearings[-1] if self._hearings else None
        message = self._info("EndOfTurn", forced=self._latest_text if trigger == "manual" else None).message
        message["trigger"] = trigger
        self.turn += 1
        self.state = State.INITIAL
        self._speaking = trigger == "manual" and self._goes_on()
        for hearing in self._hearings:
            hearing.settle()
        self._hearings = self._hearings[-1:] if self._speaking else []
        self._turn_began = self._now
        self._latest_text = self._eager_text = ""
        return Heard(message=message, ended=latest.spoken if latest else None, heard_at=self._heard_at)

    def _text(self) -> str:
        return str(alternative(self._words(), punctuated=True)["transcript"])

    def _info(self, event: str, *, forced: str | None = None) -> Heard:
        self._updated_at = self._now
        heard = alternative(self._words(), punctuated=True)
        words = [{"word": word["punctuated_word"], "confidence": word["confidence"]} for word in heard["words"]]
        text = heard["transcript"]
        if forced is not None and forced != text:
            text, words = forced, words[: len(forced.split())]
        self._latest_text = text
        message: dict[str, Any] = {
            "type": "TurnInfo",
            "event": event,
            "turn_index": self.turn,
            "audio_window_start": round(self._turn_began, 3),
            "audio_window_end": round(self._now, 3),
            "transcript": text,
            "words": words,
            "end_of_turn_confidence": round(self._confidence(), 4),
        }
        return Heard(message=message)
