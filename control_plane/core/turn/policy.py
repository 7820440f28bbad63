"""The numbers of taking turns: how patient, how easily interrupted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPolicy:
    """How one conversation takes turns. All times in seconds."""

    language: str = "es"
    """`es`, `en`, or anything else for both: which backchannels are known."""
    endpoint_patience_s: float = 1.2
    """Finals are pending, the caller is silent and the recogniser sends no endpoint: commit after this."""
    min_words: int = 1
    """So many words, not all of them backchannels, make an interruption."""
    answer_window_s: float = 1.0
    """A backchannel so close to the end of the agent's speech is an answer."""
    false_alarm_s: float = 1.6
    """The agent was paused, and no word came: go on after this, once the caller is silent."""
    pause_limit_s: float = 4.0
    """No pause lasts longer without a word, whatever the voice detector says."""
    false_alarms: int = 3
    """So many false alarms in one reply and the line counts as noisy: from then on only words and keys interrupt it."""
    digit_gap_s: float = 2.0
    """No further key for this long ends a number; `#` ends it at once."""
    no_input_s: float = 8.0
    """The caller's silence before being asked again."""
    reprompts: int = 2
    """How often in a row the caller is asked again before the agent gives up."""
