"""The wire-side truth about each turn: when every party of a reply got its part, and so what the gateway itself costs.

The parties write down what they see, with the time of the event loop. Turns are linked by their words when they are
read, because no party sees another's identifiers: what the caller said is found in the question to the model, and what
the voice was asked to say is found in the model's reply.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from simulator.letters import letters

STAGES: Final = ("ear_ms", "stt_ms", "to_brain_ms", "brain_ms", "to_voice_ms", "voice_ms", "to_ear_ms")
GATEWAY_STAGES: Final = ("ear_ms", "to_brain_ms", "to_voice_ms", "to_ear_ms")
PROVIDER_STAGES: Final = ("stt_ms", "brain_ms", "voice_ms")
LOOK_BACK_S: Final = 10.0
"""How long before the caller's last sound a party may already have acted for the turn: interims, speculation."""
LOOK_AHEAD_S: Final = 60.0
KEPT: Final = 20_000
"""Events kept of each kind; when there are more, the oldest half is dropped."""

T = TypeVar("T")


@dataclass(slots=True)
class _Said:
    call: str
    text: str
    at: float


@dataclass(slots=True)
class _Final:
    key: str
    call: str
    heard_at: float
    at: float


@dataclass(slots=True)
class Question:
    """One request at the language model; the handle for the tokens of its reply."""

    key: str
    """Letters of the last thing the user said."""
    at: float
    tokens: list[tuple[str, float]] = field(default_factory=list)
    """Pieces of the reply in the order sent: their letters and when they went out."""
    cancelled_at: float | None = None

    @property
    def reply(self) -> str:
        return "".join(piece for piece, _ in self.tokens)


@dataclass(slots=True)
class Utterance:
    """One text at the voice: a context, a one-utterance socket or an HTTP request."""

    first: str
    """Letters of the text that was generated first."""
    at: float
    key: str
    """Letters of everything the utterance was given."""
    audio_at: float | None = None


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
        self._said: list[_Said] = []
        self._audible: dict[str, list[float]] = {}
        self._finals: list[_Final] = []
        self._questions: list[Question] = []
        self._utterances: list[Utterance] = []

    def caller_spoke(self, call: str, text: str, ended_at: float) -> None:
        """The carrier put the last voiced frame of `text` on the wire at `ended_at`."""
        _keep(self._said, _Said(call, text, ended_at))

    def bot_audible(self, call: str, at: float) -> None:
        """The first frame of bot speech after a pause reached the caller's ear."""
        _keep(self._audible.setdefault(call, []), at)

    def stt_final_sent(self, text: str, at: float, *, heard_at: float, call: str = "") -> None:
        """The recogniser sent the end of `text`, whose last voiced bytes had reached it at `heard_at`."""
        _keep(self._finals, _Final(letters(text), call, heard_at, at))

    def brain_asked(self, last_user_text: str, at: float) -> Question:
        """The model was asked to answer `last_user_text`; the handle takes the tokens."""
        question = Question(letters(last_user_text), at)
        _keep(self._questions, question)
        return question

    def brain_token(self, question: Question, text: str, at: float) -> None:
        """A piece of text of the reply went out."""
        question.tokens.append((letters(text), at))

    def brain_cancelled(self, question: Question, at: float) -> None:
        """The client closed the request before the reply was complete."""
        question.cancelled_at = at
        _keep(self.cancellations, Cancellation(question.key, at, len(question.reply)))

    def voice_asked(self, text: str, at: float) -> Utterance:
        """The voice has the first text that it can speak without waiting for more."""
        key = letters(text)
        utterance = Utterance(first=key, at=at, key=key)
        _keep(self._utterances, utterance)
        return utterance

    def voice_given(self, utterance: Utterance, text: str) -> None:
        """The same utterance got more text."""
        utterance.key += letters(text)

    def voice_audio_sent(self, utterance: Utterance, at: float) -> None:
        """Audio of the utterance went out; only the first time counts."""
        if utterance.audio_at is None:
            utterance.audio_at = at

    def for_call(self, call: str) -> list[dict[str, Any]]:
        """The turns of one call, shaped like `turns`. It links the turns of all calls: not for a loop over calls."""
        return [turn for turn in self.turns() if turn["call"] == call]

    def turns(self) -> list[dict[str, Any]]:
        """Every turn, oldest first: `{call, said, latency_ms, providers_ms, gateway_share_ms, stages}`; None: unknown.

        A step that was taken before the one it follows (a model asked on an interim result) costs nothing, and the
        waiting is charged to whoever was waited for: the known stages of a complete turn add up to its latency.
        """
        said = sorted(self._said, key=_at)
        ends: list[float] = []
        following: dict[str, float] = {}
        for one in reversed(said):
            ends.append(min(following.get(one.call, float("inf")), one.at + LOOK_AHEAD_S))
            following[one.call] = one.at
        taken: set[int] = set()
        return [self._turn(one, until, taken) for one, until in zip(said, reversed(ends), strict=True)]

    def summary(self) -> dict[str, Any]:
        """`{turns, latency_ms: {p50, p95, p99}, …, stages: {ear_ms: {…}, …}}` over all turns that know the number."""
        turns = self.turns()
        total: dict[str, Any] = {"turns": len(turns)}
        for name in ("latency_ms", "providers_ms", "gateway_share_ms"):
            total[name] = percentiles(turn[name] for turn in turns)
        total["stages"] = {name: percentiles(turn["stages"][name] for turn in turns) for name in STAGES}
        return total

    def _turn(self, said: _Said, until: float, taken: set[int]) -> dict[str, Any]:
        final = self._final_of(said, until, taken)
        question = self._question_of(said, until, taken)
        utterance = self._utterance_of(question, until, taken) if question else None
        audible = self._audible_after(said, utterance, until)
        moments = [
            said.at,
            final.heard_at if final else None,
            final.at if final else None,
            question.at if question else None,
            _token_at(question, utterance) if question and utterance else None,
            utterance.at if utterance else None,
            utterance.audio_at if utterance else None,
            audible,
        ]
        stages = _stages(moments)
        return {
            "call": said.call,
            "said": said.text,
            "latency_ms": None if audible is None else _ms(audible - said.at),
            "providers_ms": _sum(stages, PROVIDER_STAGES),
            "gateway_share_ms": _sum(stages, GATEWAY_STAGES),
            "stages": stages,
        }

    def _final_of(self, said: _Said, until: float, taken: set[int]) -> _Final | None:
        """The last final of this utterance: one with pauses ends in several.

        The same words in two calls may have the same bytes, and the recogniser then names the wrong call.
        """
        key = letters(said.text)
        finals = [one for one in _window(self._finals, said.at, until) if one.key == key and id(one) not in taken]
        own = [one for one in finals if one.call == said.call]
        found = own[-1] if own else next(iter(finals), None)
        taken.update(map(id, own or finals[:1]))
        return found

    def _question_of(self, said: _Said, until: float, taken: set[int]) -> Question | None:
        """The request that was answered aloud, else the last one; speculation and repeats are passed over."""
        key = letters(said.text)
        asked = [q for q in _window(self._questions, said.at, until) if id(q) not in taken and key and key in q.key]
        spoken = [question for question in asked if self._utterance_of(question, until, taken)]
        complete = [question for question in asked if question.cancelled_at is None]
        chosen = next(iter(spoken or complete or asked), None)
        if chosen:
            taken.add(id(chosen))
        return chosen

    def _utterance_of(self, question: Question, until: float, taken: set[int]) -> Utterance | None:
        reply = question.reply
        for utterance in _window(self._utterances, question.at, until):
            if id(utterance) in taken or utterance.at < question.at:
                continue
            if utterance.first in reply and (utterance.key in reply or reply in utterance.key):
                return utterance
        return None

    def _audible_after(self, said: _Said, utterance: Utterance | None, until: float) -> float | None:
        after = said.at
        if utterance and utterance.audio_at is not None:
            after = max(after, utterance.audio_at)
        heard = self._audible.get(said.call, [])
        index = bisect_left(heard, after)
        return heard[index] if index < len(heard) and heard[index] <= until else None


def percentiles(values: Iterable[float | None]) -> dict[str, float | None]:
    """Nearest-rank p50, p95 and p99 of what is known; None when nothing is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {"p50": None, "p95": None, "p99": None}
    return {f"p{p}": known[max(0, -(-p * len(known) // 100) - 1)] for p in (50, 95, 99)}


def _token_at(question: Question, utterance: Utterance) -> float | None:
    """When the token went out that completed what the voice was given first."""
    start = question.reply.find(utterance.first)
    needed = start + len(utterance.first)
    have = 0
    for piece, at in question.tokens:
        have += len(piece)
        if have >= needed:
            return at
    return None


def _stages(moments: Sequence[float | None]) -> dict[str, float | None]:
    stages: dict[str, float | None] = {}
    reached = moments[0] or 0.0
    for name, before, after in zip(STAGES, moments, moments[1:], strict=False):
        here = reached
        if after is not None:
            reached = max(reached, after)
        stages[name] = None if before is None or after is None else _ms(reached - here)
    return stages


def _sum(stages: dict[str, float | None], names: Iterable[str]) -> float | None:
    parts = [stages[name] for name in names]
    known = [part for part in parts if part is not None]
    return round(sum(known), 1) if len(known) == len(parts) else None


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _at(entry: Any) -> float:
    return float(entry.at)


def _window(entries: Sequence[T], around: float, until: float) -> Iterable[T]:
    """The entries between a little before `around` and `until`; entries are appended in the order of time."""
    for index in range(bisect_left(entries, around - LOOK_BACK_S, key=_at), len(entries)):
        if _at(entries[index]) > until:
            return
        yield entries[index]


def _keep(entries: list[T], entry: T) -> None:
    entries.append(entry)
    if len(entries) > KEPT:
        del entries[: KEPT // 2]
