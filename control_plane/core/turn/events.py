"""What a conversation perceives: the caller's voice and words, the agent's own speech, keys."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """The caller's voice began; from the VAD gate, by voiced frames, so a cough or line noise does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStopped:
    """The caller's voice fell silent, and has been so for `silent_s` already: nobody knows it at once."""

    silent_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundJudged:
    """A model that listened to the latest sound takes the turn for finished, with this probability. It is the sound
    before the silence that holds; a verdict that comes when the voice is back is none."""

    finished: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimHeard:
    """What the recogniser believes so far of the segment in progress; may still change."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalHeard:
    """A segment that will not change. `ends_speech` when the recogniser's endpointing closed the utterance."""

    text: str
    ends_speech: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerEnd:
    """The recogniser takes the turn for over with these words and may change its mind; the `FinalHeard` comes later."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceEnded:
    """The recogniser saw a gap between words long enough to end the utterance, without an endpoint before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStarted:
    """The first audio of a reply went out to the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStopped:
    """The reply was played to its end (not: interrupted). `said`: its words, which may ask for something."""

    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPaused:
    """The agent was silenced; `remaining_s` of what it had to say is unheard (inf while still being written)."""

    remaining_s: float


TurnEvent = (
    SpeechStarted
    | SpeechStopped
    | SoundJudged
    | InterimHeard
    | FinalHeard
    | EagerEnd
    | UtteranceEnded
    | DigitPressed
    | AgentStarted
    | AgentStopped
    | AgentPaused
)
