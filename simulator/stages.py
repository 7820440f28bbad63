"""The wire-side truth about each turn: when every party of a reply got its part, and so what the gateway itself costs.

The parties write down what they see, with the time of the event loop. Turns are linked by their words when they are
read, because no party sees another's identifiers: what the caller said is found in the question to the model, and what
the voice was asked to say is found in the model's reply.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from simulator.letters import letters
from simulator.stage_links import STAGES, HeardFinal, Onset, Question, Records, Said, Utterance, link

KEPT: Final = 20_000
"""Events kept of each kind; when there are more, the oldest half is dropped."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A request whose client went away before the reply was complete."""

    question: str
    at: float
    characters_sent: int


class StageLedger:
    """Records of one simulated world. It does not ask for the time and never waits."""

    def __init__(self) -> None:
        self.cancellations: list[Cancellation] = []
        self._records = Records()
        self._linked: list[dict[str, Any]] | None = None
        """What `turns` found, until something else is written down."""

    def caller_spoke(self, call: str, text: str, *, ended_at: float, last_part: str = "") -> None:
        """The carrier put the last voiced frame of `text` on the wire at `ended_at`.

        `last_part`: what was said after the last pause in it.
        """
        self._linked = None
        _keep(self._records.said, Said(call, text, ended_at, last_part))

    def bot_audible(self, call: str, at: float, *, arrived_at: float | None = None) -> None:
        """The first frame of bot speech after a pause was heard by the caller; its message had come at `arrived_at`."""
        self._linked = None
        audible = self._records.audible
        _keep(audible.setdefault(call, []), Onset(at, at if arrived_at is None else min(at, arrived_at)))
        if len(audible) > KEPT:
            del audible[next(iter(audible))]

    def stt_final_sent(self, text: str, at: float, *, heard_at: float, call: str = "") -> None:
        """The recogniser sent the end of `text`.

        `heard_at`: when the last voiced bytes had reached it; where the silence behind them decided, so long before the
        frame that did as the silence lasts.
        """
        self._linked = None
        _keep(self._records.finals, HeardFinal(letters(text), call, heard_at, at))

    def brain_asked(self, last_user_text: str, at: float) -> Question:
        """The model was asked to answer `last_user_text`; the handle takes the tokens."""
        self._linked = None
        question = Question(letters(last_user_text), at)
        _keep(self._records.questions, question)
        return question

    def brain_token(self, question: Question, text: str, *, at: float) -> None:
        """A piece of text of the reply went out."""
        self._linked = None
        question.tokens.append((letters(text), at))

    def brain_cancelled(self, question: Question, at: float) -> None:
        """The client closed the request before the reply was complete."""
        self._linked = None
        question.cancelled_at = at
        _keep(self.cancellations, Cancellation(question.key, at, len(question.reply)))

    def voice_asked(self, text: str, at: float) -> Utterance:
        """The voice has the first text that it can speak without waiting for more."""
        self._linked = None
        key = letters(text)
        utterance = Utterance(first=key, at=at, key=key)
        _keep(self._records.utterances, utterance)
        return utterance

    def voice_given(self, utterance: Utterance, text: str) -> None:
        """The same utterance got more text."""
        self._linked = None
        utterance.key += letters(text)

    def voice_audio_sent(self, utterance: Utterance, at: float) -> None:
        """Audio of the utterance went out; only the first time counts."""
        self._linked = None
        if utterance.audio_at is None:
            utterance.audio_at = at

    def for_call(self, call: str) -> list[dict[str, Any]]:
        """The turns of one call, shaped like `turns`."""
        return [turn for turn in self.turns() if turn["call"] == call]

    def turns(self) -> list[dict[str, Any]]:
        """Every turn, oldest first: `{call, said, latency_ms, providers_ms, gateway_share_ms, stages}`; None: unknown.

        A step that was taken before the one it follows (a model asked on an interim result) costs nothing, and the
        waiting is charged to whoever was waited for: the known stages of a complete turn add up to its latency.
        """
        if self._linked is None:
            self._linked = link(self._records)
        return list(self._linked)

    def summary(self) -> dict[str, Any]:
        """`{turns, latency_ms: {p50, p95, p99}, …, stages: {ear_ms: {…}, …}}` over all turns that know the number."""
        turns = self.turns()
        total: dict[str, Any] = {"turns": len(turns)}
        for name in ("latency_ms", "providers_ms", "gateway_share_ms"):
            total[name] = percentiles(turn[name] for turn in turns)
        total["stages"] = {name: percentiles(turn["stages"][name] for turn in turns) for name in STAGES}
        return total

    def costs(self) -> dict[str, int]:
        """How often model and voice were asked, how often in vain, and how much they wrote and spoke."""
        asked, voiced = self._records.questions, self._records.utterances
        return {
            "brain_asked": len(asked),
            "brain_cancelled": sum(question.cancelled_at is not None for question in asked),
            "brain_characters": sum(len(question.reply) for question in asked),
            "voice_asked": len(voiced),
            "voice_characters": sum(len(utterance.key) for utterance in voiced),
        }


def percentiles(values: Iterable[float | None]) -> dict[str, float | None]:
    """Nearest-rank p50, p95 and p99 of what is known; None when nothing is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {"p50": None, "p95": None, "p99": None}
    return {f"p{p}": known[max(0, -(-p * len(known) // 100) - 1)] for p in (50, 95, 99)}


def _keep(entries: list[T], entry: T) -> None:
    entries.append(entry)
    if len(entries) > KEPT:
        del entries[: KEPT // 2]
