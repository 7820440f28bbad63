"""The decision when the caller's turn is over."""

from dataclasses import dataclass
from math import inf
from typing import Final, Protocol

from control_plane.core.turn.policy import TurnPolicy

END_KEY: Final = "#"


class CallerTurn:
    """What the caller has said and keyed since the last commit, and whether the voice is on. It decides nothing."""

    __slots__ = ("digits", "ended", "finals", "heard_at", "interim", "keyed_at", "keys_ended", "voice", "voice_since")

    def __init__(self) -> None:
        self.voice = False
        self.voice_since = -inf
        self.heard_at = -inf
        """When the last word came or the voice fell silent."""
        self.forget()

    def forget(self) -> None:
        """Drop words and keys; the voice stays as it is."""
        self.finals: list[str] = []
        self.interim = ""
        self.ended = False
        """The recogniser says that the utterance is complete."""
        self.digits = ""
        self.keyed_at = -inf
        self.keys_ended = False

    @property
    def is_empty(self) -> bool:
        """Nothing to commit yet; there may be an interim."""
        return not self.finals and not self.digits and not self.keys_ended

    @property
    def text(self) -> str:
        """The turn as text: the words, then the keys as `[DTMF 123]`; a lone end key is `[DTMF #]`."""
        keyed = self.digits or (END_KEY if self.keys_ended else "")
        return " ".join([*self.finals, f"[DTMF {keyed}]"] if keyed else self.finals)

    @property
    def words(self) -> str:
        """All words heard, the interim included."""
        return " ".join([*self.finals, self.interim])

    def take_voice(self, on: bool, now: float) -> None:
        self.voice = on
        if on:
            self.voice_since = now
        else:
            self.heard_at = now

    def take_interim(self, text: str, now: float) -> None:
        self.interim = text.strip()
        if self.interim:
            self.heard_at = now

    def take_final(self, text: str, ends_speech: bool, *, now: float) -> None:
        """A final without text adds nothing, but may close the ones before it."""
        self.interim = ""
        if text := text.strip():
            self.finals.append(text)
            self.heard_at = now
            self.ended = ends_speech
        elif ends_speech:
            self.close()

    def take_digit(self, digit: str, now: float) -> None:
        self.keyed_at = now
        if digit == END_KEY:
            self.keys_ended = True
        else:
            self.digits += digit

    def close(self) -> None:
        """The utterance is complete, if there is one."""
        self.ended = bool(self.finals)


class Endpointing(Protocol):
    """A strategy. It is asked again after every event, and keeps nothing."""

    def due(self, turn: CallerTurn) -> float | None:
        """When to commit the turn, on the clock of its times; a time that is past means at once, None not yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedEndpointing:
    """Trusts the recogniser's endpoint, with fixed patience as a net below it.

    Keys go before words: while a number is being keyed the turn stays open, so that it is not torn apart.
    """

    patience_s: float
    digit_gap_s: float

    NOISE_FACTOR = 3
    """A voice that brings no word for this many patiences is noise, and does not hold the turn open."""

    @classmethod
    def of(cls, policy: TurnPolicy) -> "FixedEndpointing":
        return cls(patience_s=policy.endpoint_patience_s, digit_gap_s=policy.digit_gap_s)

    def due(self, turn: CallerTurn) -> float | None:
        if turn.keys_ended:
            return turn.keyed_at
        if turn.digits:
            return turn.keyed_at + self.digit_gap_s
        if not turn.finals:
            return None
        if turn.ended:
            return turn.heard_at
        return turn.heard_at + self.patience_s * (self.NOISE_FACTOR if turn.voice else 1)
