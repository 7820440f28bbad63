"""The decision what counts as an interruption."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Protocol

from control_plane.core.turn.backchannels import PICK_UP, backchannels, begins_with, consists_of, spoken_words
from control_plane.core.turn.policy import TurnPolicy


class Verdict(StrEnum):
    """What words mean that are heard while the agent has the floor."""

    NOTHING = "nothing"
    """There are no words."""
    MURMUR = "murmur"
    """The caller is listening: a backchannel, or too few words."""
    INTERRUPTION = "interruption"
    """The caller wants the floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPause:
    """The agent was silenced `at` this time, with so much of its speech unheard."""

    at: float
    remaining_s: float = inf


class BargeIn(Protocol):
    """A strategy. It keeps nothing between calls."""

    def voice_pauses(self, false_alarms: int) -> bool:
        """Whether the mere voice of the caller silences the agent, after so many false alarms in this reply."""
        ...

    def judge(self, text: str, *, opening: bool, growing: bool = False) -> Verdict:
        """What the words mean. `opening`: the caller has not had a turn yet. `growing`: more words may follow."""
        ...

    def is_answer(self, pause: AgentPause) -> bool:
        """Whether a murmur in this pause answers the agent, who was as good as done."""
        ...

    def resume_at(self, pause: AgentPause, *, voice: bool) -> float:
        """When a pause without words is a false alarm, given whether the caller's voice is on now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsInterrupt:
    """A voice makes the agent pause at once; only words (or keys) take the floor from it."""

    policy: TurnPolicy

    def voice_pauses(self, false_alarms: int) -> bool:
        return false_alarms < self.policy.false_alarms

    def judge(self, text: str, *, opening: bool, growing: bool = False) -> Verdict:
        words = spoken_words(text)
        if not words:
            return Verdict.NOTHING
        # Whoever picks up says "¿bueno?" into our greeting: that is no reason to break it off.
        murmurs = backchannels(self.policy.language) | PICK_UP if opening else backchannels(self.policy.language)
        reads = begins_with if growing else consists_of
        if len(words) < self.policy.min_words or reads(words, murmurs):
            return Verdict.MURMUR
        return Verdict.INTERRUPTION

    def is_answer(self, pause: AgentPause) -> bool:
        return pause.remaining_s <= self.policy.answer_window_s

    def resume_at(self, pause: AgentPause, *, voice: bool) -> float:
        return pause.at + (self.policy.pause_limit_s if voice else self.policy.false_alarm_s)
