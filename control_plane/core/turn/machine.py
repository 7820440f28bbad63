"""The rules of taking turns: what each perception means for who has the floor."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from math import inf
from typing import Any, Final

from control_plane.core.turn.barge_in import AgentPause, BargeIn, Verdict, WordsInterrupt
from control_plane.core.turn.commands import Commit, CutOff, Pause, Reprompt, Resume, TurnCommand
from control_plane.core.turn.endpointing import CallerTurn, Endpointing, FixedEndpointing
from control_plane.core.turn.events import (
    AgentPaused,
    AgentStarted,
    AgentStopped,
    DigitPressed,
    FinalHeard,
    InterimHeard,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
    UtteranceEnded,
)
from control_plane.core.turn.patience import Patience
from control_plane.core.turn.policy import TurnPolicy


class Floor(StrEnum):
    """Who has the floor."""

    LISTENING = "listening"
    """The caller may speak; the agent is silent, perhaps thinking."""
    SPEAKING = "speaking"
    """The agent is audible."""
    PAUSED = "paused"
    """The agent was silenced; whether the caller really interrupts is not known yet."""


class TurnMachine:
    """One conversation's turns. It never waits: the shell calls `tick` at `wake_at`, on the clock of `now` (seconds).

    Words and keys belong to exactly one turn. The one exception is meant: a caller who goes on before the agent was
    audible has not been answered, so the next Commit repeats the unanswered text and adds to it; the shell drops the
    reply in preparation. An AgentStarted, or an AgentStopped of a reply without audio, makes a text answered.

    Every Pause is followed by one CutOff or Resume before the next Pause. A Resume may find nothing left to say, when
    the reply ended just before it was silenced. Words and keys are only pending while LISTENING.
    """

    def __init__(
        self, policy: TurnPolicy, *, endpointing: Endpointing | None = None, barge_in: BargeIn | None = None
    ) -> None:
        self._policy = policy
        self._endpointing = endpointing or FixedEndpointing.of(policy)
        self._barge_in = barge_in or WordsInterrupt(policy=policy)
        self._floor = Floor.LISTENING
        self._turn = CallerTurn()
        self._patience = Patience(policy.no_input_s, policy.reprompts)
        self._pause = AgentPause(at=-inf)
        self._false_alarms = 0
        self._murmur: tuple[str, float] = ("", -inf)
        self._unanswered = ""
        self._thinking = False
        self._committed_at = -inf
        self._commands: list[TurnCommand] = []

    @property
    def floor(self) -> Floor:
        return self._floor

    @property
    def thinking(self) -> bool:
        """A turn was committed and its reply is not audible yet."""
        return self._thinking

    @property
    def wake_at(self) -> float | None:
        """When to call `tick`; always later than the last `now`. None: nothing is due without another event."""
        due = self._next()
        return due[0] if due else None

    def handle(self, event: TurnEvent, now: float) -> tuple[TurnCommand, ...]:
        """Take in what happened. An event goes before a deadline that passed unnoticed."""
        RULES[self._floor][type(event)](self, event, now)
        return self.tick(now)

    def tick(self, now: float) -> tuple[TurnCommand, ...]:
        """Do what is due; too early is harmless."""
        while (due := self._next()) is not None and due[0] <= now:
            due[1](now)
        commands, self._commands = tuple(self._commands), []
        return commands

    def _next(self) -> tuple[float, Callable[[float], None]] | None:
        """What the passing of time will bring next, and when."""
        when: float | None
        match self._floor:
            case Floor.LISTENING if not self._turn.is_empty:
                when, action = self._endpointing.due(self._turn), self._commit
            case Floor.LISTENING:
                when, action = None if self._thinking else self._patience.due, self._reprompt
            case Floor.PAUSED:
                when, action = self._barge_in.resume_at(self._pause, voice=self._turn.voice), self._false_alarm
            case Floor.SPEAKING:
                return None
        return None if when is None else (when, action)

    # Moves: what is done, whatever the reason.

    def _commit(self, now: float) -> None:
        self._unanswered = f"{self._unanswered} {self._turn.text}".strip()
        self._turn.forget()
        self._thinking = True
        self._committed_at = now
        self._commands.append(Commit(text=self._unanswered))

    def _answered(self) -> None:
        self._thinking = False
        self._unanswered = ""

    def _reprompt(self, now: float) -> None:
        self._commands.append(Reprompt(reason=self._patience.run_out()))

    def _silence_agent(self, now: float) -> None:
        self._floor = Floor.PAUSED
        self._pause = AgentPause(at=now)
        self._commands.append(Pause())

    def _cut_off(self, now: float) -> None:
        if self._floor is Floor.SPEAKING:
            self._silence_agent(now)
        self._floor = Floor.LISTENING
        self._patience.start(now)
        self._commands.append(CutOff())

    def _resume(self) -> None:
        self._floor = Floor.SPEAKING
        self._commands.append(Resume())

    def _false_alarm(self, now: float) -> None:
        self._false_alarms += 1
        self._resume()

    def _judge(self, text: str) -> Verdict:
        return self._barge_in.judge(text, opening=self._committed_at == -inf)

    # Rules: one perception each; see the table below for when they hold.

    def _ignore(self, event: TurnEvent, now: float) -> None:
        """Late, repeated, or of no meaning on this floor."""

    def _voice_on(self, event: SpeechStarted, now: float) -> None:
        self._turn.take_voice(True, now)
        self._patience.start(now)

    def _voice_off(self, event: SpeechStopped, now: float) -> None:
        self._turn.take_voice(False, now)
        self._patience.start(now)

    def _voice_pauses_agent(self, event: SpeechStarted, now: float) -> None:
        self._turn.take_voice(True, now)
        if self._barge_in.voice_pauses(self._false_alarms):
            self._silence_agent(now)

    def _note_interim(self, event: InterimHeard, now: float) -> None:
        self._turn.take_interim(event.text, now)
        if self._turn.interim:
            self._patience.satisfied(now)

    def _interim_may_interrupt(self, event: InterimHeard, now: float) -> None:
        if self._judge(event.text) is Verdict.INTERRUPTION:
            self._cut_off(now)
            self._note_interim(event, now)

    def _take_final(self, event: FinalHeard, now: float) -> None:
        self._turn.take_final(event.text, event.ends_speech, now=now)
        if event.text.strip():
            self._patience.satisfied(now)

    def _final_may_interrupt(self, event: FinalHeard, now: float) -> None:
        match self._judge(event.text):
            case Verdict.INTERRUPTION:
                self._cut_off(now)
                self._take_final(event, now)
            case Verdict.MURMUR:
                self._murmur = (event.text, now)
            case Verdict.NOTHING:
                pass

    def _final_settles_pause(self, event: FinalHeard, now: float) -> None:
        match self._judge(event.text):
            case Verdict.MURMUR if not self._barge_in.is_answer(self._pause):
                self._resume()
            case Verdict.INTERRUPTION | Verdict.MURMUR:
                self._cut_off(now)
                self._take_final(event, now)
            case Verdict.NOTHING:
                pass

    def _utterance_ended(self, event: UtteranceEnded, now: float) -> None:
        self._turn.close()

    def _take_digit(self, event: DigitPressed, now: float) -> None:
        self._turn.take_digit(event.digit, now)
        self._patience.satisfied(now)

    def _digit_interrupts(self, event: DigitPressed, now: float) -> None:
        self._cut_off(now)
        self._take_digit(event, now)

    def _agent_started(self, event: AgentStarted, now: float) -> None:
        goes_on = self._thinking and self._turn.voice and self._turn.voice_since > self._committed_at
        self._answered()
        self._floor = Floor.SPEAKING
        self._patience.stop()
        self._false_alarms = 0
        self._murmur = ("", -inf)
        if self._turn.digits or self._turn.keys_ended or self._judge(self._turn.words) is Verdict.INTERRUPTION:
            self._cut_off(now)
            return
        self._turn.forget()
        if goes_on and self._barge_in.voice_pauses(self._false_alarms):
            self._silence_agent(now)

    def _agent_stopped(self, event: AgentStopped, now: float) -> None:
        self._answered()
        self._floor = Floor.LISTENING
        self._patience.start(now)

    def _agent_stopped_speaking(self, event: AgentStopped, now: float) -> None:
        """A murmur just before the end was an answer: the words take longer to be recognised than to be said."""
        self._agent_stopped(event, now)
        text, at = self._murmur
        if self._barge_in.is_answer(AgentPause(at=at, remaining_s=now - at)):
            self._take_final(FinalHeard(text=text, ends_speech=True), now)

    def _agent_stopped_in_pause(self, event: AgentStopped, now: float) -> None:
        self._commands.append(Resume())
        self._agent_stopped(event, now)

    def _agent_paused(self, event: AgentPaused, now: float) -> None:
        self._pause = AgentPause(at=self._pause.at, remaining_s=event.remaining_s)


Rule = Callable[[TurnMachine, Any, float], None]
_M = TurnMachine

RULES: Final[Mapping[Floor, Mapping[type[TurnEvent], Rule]]] = {
    Floor.LISTENING: {
        SpeechStarted: _M._voice_on,
        SpeechStopped: _M._voice_off,
        InterimHeard: _M._note_interim,
        FinalHeard: _M._take_final,
        UtteranceEnded: _M._utterance_ended,
        DigitPressed: _M._take_digit,
        AgentStarted: _M._agent_started,
        AgentStopped: _M._agent_stopped,
        AgentPaused: _M._ignore,
    },
    Floor.SPEAKING: {
        SpeechStarted: _M._voice_pauses_agent,
        SpeechStopped: _M._voice_off,
        InterimHeard: _M._interim_may_interrupt,
        FinalHeard: _M._final_may_interrupt,
        UtteranceEnded: _M._ignore,
        DigitPressed: _M._digit_interrupts,
        AgentStarted: _M._ignore,
        AgentStopped: _M._agent_stopped_speaking,
        AgentPaused: _M._ignore,
    },
    Floor.PAUSED: {
        SpeechStarted: _M._voice_on,
        SpeechStopped: _M._voice_off,
        InterimHeard: _M._interim_may_interrupt,
        FinalHeard: _M._final_settles_pause,
        UtteranceEnded: _M._ignore,
        DigitPressed: _M._digit_interrupts,
        AgentStarted: _M._ignore,
        AgentStopped: _M._agent_stopped_in_pause,
        AgentPaused: _M._agent_paused,
    },
}
"""What each event means on each floor; a test demands that every pair is decided."""
