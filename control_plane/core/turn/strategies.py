"""The strategies that listen to silence and words, and the choice among all of them.

caller   "Quisiera una cita para…"            "…el martes."
voice    ▂▅▇▆▅▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▅▇▅▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
open_s           └─────────────────────────────────┤ (not reached)
complete_s                                             └──────┤ committed
"""

from dataclasses import dataclass

from control_plane.core.turn.endings import Ending, ending
from control_plane.core.turn.endpointing import CallerTurn, Endpointing, FixedEndpointing
from control_plane.core.turn.hints import advised
from control_plane.core.turn.melody import together
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy, Waits


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceEndpointing:
    """Waits for a silence whose length follows from the words and from this caller's earlier pauses.

    The recogniser's endpoint does not decide: it has been asked for its words as soon as the voice fell silent.
    """

    fixed: FixedEndpointing
    waits: Waits
    language: str
    reads_words: bool
    """Whether the words count; else every turn is unclear."""

    def due(self, turn: CallerTurn) -> float | None:
        if turn.keys_ended or turn.digits or not turn.finals or turn.voice or turn.interim:
            # The net below: a voice that brings no more words, words that never become final.
            return self.fixed.due(turn)
        return turn.silent_since + self.wait_s(turn)

    def wait_s(self, turn: CallerTurn) -> float:
        """How long this caller has to be silent after these words."""
        usual = turn.pauses.usual_s
        match self.ending(turn):
            case Ending.COMPLETE:
                return self.waits.complete_s
            case Ending.UNCLEAR:
                return min(max(self.waits.unclear_s, usual), self.waits.open_s)
            case Ending.OPEN:
                return max(self.waits.open_s, usual)

    def ending(self, turn: CallerTurn) -> Ending:
        if not self.reads_words:
            return Ending.UNCLEAR
        text = turn.words.strip()
        words = advised(turn.hint, text, usual=ending(text, self.language))
        return together(words, turn.listener.verdict)


def endpointing_of(policy: TurnPolicy) -> Endpointing:
    """The strategy that the policy names."""
    fixed = FixedEndpointing.of(policy)
    if policy.endpointing is EndpointingKind.FIXED:
        return fixed
    return SilenceEndpointing(
        fixed=fixed,
        waits=policy.waits,
        language=policy.language,
        reads_words=policy.endpointing is EndpointingKind.SEMANTIC,
    )
