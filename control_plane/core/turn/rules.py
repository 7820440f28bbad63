"""The rules of taking turns: what each perception means on each floor."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from control_plane.core.turn.barge_in import AgentPause, Verdict
from control_plane.core.turn.commands import Resume
from control_plane.core.turn.events import (
    AgentPaused,
    AgentStarted,
    AgentStopped,
    DigitPressed,
    EagerEnd,
    FinalHeard,
    InterimHeard,
    SoundJudged,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
    UtteranceEnded,
)
from control_plane.core.turn.floor import Floor, TurnState

SPOKEN_INTO_S: Final = 0.7
"""Nobody interrupts what began so shortly before: the agent spoke into a pause of the caller."""


class Rule(Protocol):
    """What one perception means."""

    def __call__(self, it: TurnState, event: Any, *, now: float) -> None: ...


def ignore(it: TurnState, event: TurnEvent, *, now: float) -> None:
    """Late, repeated, or of no meaning on this floor."""


# While listening.


def voice_on(it: TurnState, event: SpeechStarted, *, now: float) -> None:
    if not it.turn.is_empty or it.turn.interim or it.thinking:
        it.turn.went_on(now)
    it.turn.take_voice(True, now)
    it.patience.voice(True, now)
    it.withdraw()
    it.hold(now)


def voice_off(it: TurnState, event: SpeechStopped, *, now: float) -> None:
    it.turn.take_voice(False, now, silent_s=event.silent_s)
    it.patience.voice(False, now)
    it.guess()


def note_sound(it: TurnState, event: SoundJudged, *, now: float) -> None:
    if not it.turn.voice:
        it.turn.listener.heard(event.finished)


def note_interim(it: TurnState, event: InterimHeard, *, now: float) -> None:
    it.turn.take_interim(event.text, now)
    if it.turn.interim:
        it.patience.satisfied(now)
        it.guess()


def eager_end(it: TurnState, event: EagerEnd, *, now: float) -> None:
    note_interim(it, InterimHeard(text=event.text), now=now)


def take_final(it: TurnState, event: FinalHeard, *, now: float) -> None:
    it.turn.take_final(event.text, event.ends_speech, now=now)
    if event.text.strip():
        it.patience.satisfied(now)
        it.guess()


def utterance_ended(it: TurnState, event: UtteranceEnded, *, now: float) -> None:
    it.turn.close()


def take_digit(it: TurnState, event: DigitPressed, *, now: float) -> None:
    it.turn.take_digit(event.digit, now)
    it.withdraw()
    it.patience.satisfied(now)


def agent_started(it: TurnState, event: AgentStarted, *, now: float) -> None:
    goes_on = it.thinking and it.turn.voice and it.turn.voice_since > it.committed_at
    kept_back = it.held_at is not None  # its first frame was on its way already
    it.agent_begins(now)
    if it.has_keys or it.judge(it.turn.words) is Verdict.INTERRUPTION:
        it.cut_off(now)
        return
    it.turn.forget()
    if kept_back or (goes_on and it.barge_in.voice_pauses(it.false_alarms)):
        it.silence_agent(now)


def agent_stopped(it: TurnState, event: AgentStopped, *, now: float) -> None:
    it.agent_ends(now, said=event.said)


# While the agent is audible.


def voice_pauses_agent(it: TurnState, event: SpeechStarted, *, now: float) -> None:
    if now - it.audible_at < SPOKEN_INTO_S:
        it.turn.went_on(now)
    it.turn.take_voice(True, now)
    if it.barge_in.voice_pauses(it.false_alarms):
        it.silence_agent(now)


def interim_may_interrupt(it: TurnState, event: InterimHeard | EagerEnd, *, now: float) -> None:
    if it.judge(event.text, growing=True) is Verdict.INTERRUPTION:
        it.cut_off(now)
        note_interim(it, InterimHeard(text=event.text), now=now)


def final_may_interrupt(it: TurnState, event: FinalHeard, *, now: float) -> None:
    match it.judge(event.text):
        case Verdict.INTERRUPTION:
            it.cut_off(now)
            take_final(it, event, now=now)
        case Verdict.MURMUR:
            it.murmur = (event.text, now)
        case Verdict.NOTHING:
            pass


def digit_interrupts(it: TurnState, event: DigitPressed, *, now: float) -> None:
    it.cut_off(now)
    take_digit(it, event, now=now)


def agent_stopped_speaking(it: TurnState, event: AgentStopped, *, now: float) -> None:
    it.agent_ends(now, said=event.said)
    if (answer := it.answer_in_murmur(now)) is not None:
        take_final(it, answer, now=now)


# While the agent is silenced.


def silent_in_pause(it: TurnState, event: SpeechStopped, *, now: float) -> None:
    it.turn.take_voice(False, now, silent_s=event.silent_s)


def voice_in_pause(it: TurnState, event: SpeechStarted, *, now: float) -> None:
    it.turn.take_voice(True, now)


def final_settles_pause(it: TurnState, event: FinalHeard, *, now: float) -> None:
    match it.judge(event.text):
        case Verdict.MURMUR if not it.barge_in.is_answer(it.pause):
            it.resume()
        case Verdict.INTERRUPTION | Verdict.MURMUR:
            it.cut_off(now)
            take_final(it, event, now=now)
        case Verdict.NOTHING:
            pass


def agent_stopped_in_pause(it: TurnState, event: AgentStopped, *, now: float) -> None:
    it.commands.append(Resume())
    it.agent_ends(now, said=event.said)


def agent_paused(it: TurnState, event: AgentPaused, *, now: float) -> None:
    it.pause = AgentPause(at=it.pause.at, remaining_s=event.remaining_s)


RULES: Final[Mapping[Floor, Mapping[type[TurnEvent], Rule]]] = {
    Floor.LISTENING: {
        SpeechStarted: voice_on,
        SpeechStopped: voice_off,
        SoundJudged: note_sound,
        InterimHeard: note_interim,
        EagerEnd: eager_end,
        FinalHeard: take_final,
        UtteranceEnded: utterance_ended,
        DigitPressed: take_digit,
        AgentStarted: agent_started,
        AgentStopped: agent_stopped,
        AgentPaused: ignore,
    },
    Floor.SPEAKING: {
        SpeechStarted: voice_pauses_agent,
        SpeechStopped: silent_in_pause,
        SoundJudged: note_sound,
        InterimHeard: interim_may_interrupt,
        EagerEnd: interim_may_interrupt,
        FinalHeard: final_may_interrupt,
        UtteranceEnded: ignore,
        DigitPressed: digit_interrupts,
        AgentStarted: ignore,
        AgentStopped: agent_stopped_speaking,
        AgentPaused: ignore,
    },
    Floor.PAUSED: {
        SpeechStarted: voice_in_pause,
        SpeechStopped: silent_in_pause,
        SoundJudged: note_sound,
        InterimHeard: interim_may_interrupt,
        EagerEnd: interim_may_interrupt,
        FinalHeard: final_settles_pause,
        UtteranceEnded: ignore,
        DigitPressed: digit_interrupts,
        AgentStarted: ignore,
        AgentStopped: agent_stopped_in_pause,
        AgentPaused: agent_paused,
    },
}
"""What each event means on each floor; a test demands that every pair is decided."""
