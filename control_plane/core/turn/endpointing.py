"""The caller's turn as it grows, and the simplest decision when it is over."""

from dataclasses import dataclass
from math import inf
from typing import Final, Protocol

from control_plane.core.turn.hints import NO_HINT
from control_plane.core.turn.melody import Listener
from control_plane.core.turn.pauses import Pauses
from control_plane.core.turn.policy import TurnPolicy

END_KEY: Final = "#"

UNNOTICED_S: Final = 1.5
"""Words that come so long after the last sound of a voice were spoken too softly to be noticed."""


class CallerTurn:
    """What the caller has said and keyed since the last commit, and whether the voice is on. It decides nothing."""

    __slots__ = (
        "digits",
        "ended",
        "finals",
        "heard_at",
        "hint",
        "interim",
        "keyed_at",
        "keys_ended",
        "listener",
        "pauses",
        "quiet_since",
        "voice",
        "voice_since",
        "words_at",
    )

    def __init__(self) -> None:
        self.voice = False
        self.voice_since = -inf
        self.quiet_since = -inf
        """When the last sound of the voice was."""
        self.heard_at = -inf
        """When the last word came or the voice fell silent."""
        self.words_at = -inf
        """When the last word came."""
        self.pauses = Pauses()
        """What this caller's earlier turns have shown."""
        self.listener = Listener()
        """What the sound has told, and how far that is believed."""
        self.hint = NO_HINT
        """What the caller was asked for."""
        self.finals: list[str] = []
        self.forget()

    def forget(self) -> None:
        """Drop words and keys; the voice stays as it is."""
        if self.finals:
            self.listener.turn_taken()
        self.finals = []
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

    def take_voice(self, on: bool, now: float, *, silent_s: float = 0.0) -> None:
        self.voice = on
        if on:
            self.voice_since = now
            self.listener.forget()
        else:
            self.heard_at = now
            self.quiet_since = now - silent_s

    def went_on(self, now: float) -> None:
        """The caller speaks again before the turn was answered: that was a pause."""
        if not self.voice:
            self.pauses.learn(now - self.quiet_since)
            self.listener.went_on()

    @property
    def silent_since(self) -> float:
        """When the caller was last heard: by the voice, or by the words of somebody too soft to be noticed."""
        unnoticed = self.heard_at - self.quiet_since > UNNOTICED_S
        return self.heard_at if unnoticed or self.voice_since > self.quiet_since else self.quiet_since

    def take_interim(self, text: str, now: float) -> None:
        self.interim = text.strip()
        if self.interim:
            self.heard_at = self.words_at = now

    def take_final(self, text: str, ends_speech: bool, *, now: float) -> None:
        """A final without text adds nothing, but may close the ones before it."""
        self.interim = ""
        if text := text.strip():
            self.finals.append(text)
            self.heard_at = self.words_at = now
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
