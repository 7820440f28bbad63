"""How the parties' records are put together into turns, by the words they have in common."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from simulator.audio.speech import CHARACTERS_PER_SECOND
from simulator.letters import letters

STAGES: Final = (
    *("ear_ms", "stt_ms", "to_brain_ms", "brain_ms", "to_voice_ms", "voice_ms", "to_ear_ms"),
    "carrier_ms",
)
"""`to_ear_ms` ends when the message is at the carrier; `carrier_ms`, until it is audible, is the clock of that."""
GATEWAY_STAGES: Final = ("ear_ms", "to_brain_ms", "to_voice_ms", "to_ear_ms")
PROVIDER_STAGES: Final = ("stt_ms", "brain_ms", "voice_ms")
LOOK_BACK_S: Final = 0.5
"""Before the caller began to speak nothing can have been done for the turn; allows for speech faster than usual."""
LOOK_AHEAD_S: Final = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller said; `at` is when the last voiced frame went out."""

    call: str
    text: str
    at: float
    last_part: str = ""
    """What was said after the last pause; empty: there was none."""

    @property
    def began(self) -> float:
        """Before this nothing can have been done for the turn."""
        return self.at - len(self.text) / CHARACTERS_PER_SECOND - LOOK_BACK_S


@dataclass(frozen=True, slots=True)
class HeardFinal:
    """The end of an utterance as the recogniser sent it."""

    key: str
    """Letters of the whole utterance."""
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
class Onset:
    """The bot became audible to the caller."""

    at: float
    arrived_at: float
    """When the carrier had got the message with that sound; the carrier plays on a clock of its own."""


@dataclass(slots=True)
class Records:
    """What was written down, each kind in the order of time; `audible` by call."""

    said: list[Said] = field(default_factory=list)
    finals: list[HeardFinal] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    utterances: list[Utterance] = field(default_factory=list)
    audible: dict[str, list[Onset]] = field(default_factory=dict)


def link(records: Records) -> list[dict[str, Any]]:
    """Every turn, oldest first; shaped as `StageLedger.turns` says."""
    said = sorted(records.said, key=_at)
    following: dict[str, Said] = {}
    spans: list[_Span] = []
    for one in reversed(said):
        spans.append(_Span.between(one, following.get(one.call)))
        following[one.call] = one
    linker = _Linker(records)
    return [linker.turn(one, span) for one, span in zip(said, reversed(spans), strict=True)]


@dataclass(frozen=True, slots=True)
class _Span:
    """How long what was done may belong to a turn."""

    until: float
    """The end of the caller's next turn: until then the answer may become audible."""
    heard_until: float
    """Where the caller says the same again, what the recogniser hears from here on is the next turn."""

    @classmethod
    def between(cls, said: Said, following: Said | None) -> "_Span":
        until = said.at + LOOK_AHEAD_S
        if following is None:
            return cls(until, until)
        until = min(until, following.at)
        same = _key(following) == _key(said)
        return cls(until, min(until, max(said.at, following.began)) if same else until)


class _Linker:
    """Gives each record to one turn at most; a turn ends where the caller's next one does."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._taken: set[int] = set()

    def turn(self, said: Said, span: _Span) -> dict[str, Any]:
        until = span.until
        final = self._final_of(said, span)
        question = self._question_of(said, until)
        utterance = self._utterance_of(question, until) if question else None
        if utterance:
            self._taken.add(id(utterance))
        audible = self._audible_after(said, utterance, until=until)
        moments = [
            said.at,
            final.heard_at if final else None,
            final.at if final else None,
            question.at if question else None,
            _token_at(question, utterance) if question and utterance else None,
            utterance.at if utterance else None,
            utterance.audio_at if utterance else None,
            audible.arrived_at if audible else None,
            audible.at if audible else None,
        ]
        stages = _stages(moments)
        return {
            "call": said.call,
            "said": said.text,
            "latency_ms": None if audible is None else _ms(audible.at - said.at),
            "providers_ms": _sum(stages, PROVIDER_STAGES),
            "gateway_share_ms": _sum(stages, GATEWAY_STAGES),
            "stages": stages,
        }

    def _final_of(self, said: Said, span: _Span) -> HeardFinal | None:
        """The last final of this utterance: one with pauses ends in several.

        The same words in two calls may have the same bytes, and the recogniser then names the wrong call.
        """
        key = _key(said)
        finals = [
            one
            for one in _window(self._records.finals, said.began, until=span.until)
            if one.key == key and one.heard_at <= span.heard_until and id(one) not in self._taken
        ]
        own = [one for one in finals if one.call == said.call]
        found = own[-1] if own else next(iter(finals), None)
        self._taken.update(map(id, own or finals[:1]))
        return found

    def _question_of(self, said: Said, until: float) -> Question | None:
        """The request that was answered aloud, else the last one; speculation and repeats are passed over."""
        key = letters(said.text)
        near = _window(self._records.questions, said.began, until=until)
        asked = [q for q in near if id(q) not in self._taken and key and key in q.key]
        asked = [question for question in asked if question.key == key] or asked
        spoken = [question for question in asked if self._utterance_of(question, until)]
        complete = [question for question in asked if question.cancelled_at is None]
        chosen = next(iter(spoken or complete or asked), None)
        if chosen:
            self._taken.add(id(chosen))
        return chosen

    def _utterance_of(self, question: Question, until: float) -> Utterance | None:
        reply = question.reply
        for utterance in _window(self._records.utterances, question.at, until=until):
            same = utterance.first and utterance.first in reply and (utterance.key in reply or reply in utterance.key)
            if same and id(utterance) not in self._taken:
                return utterance
        return None

    def _audible_after(self, said: Said, utterance: Utterance | None, *, until: float) -> Onset | None:
        after = max(said.at, utterance.audio_at or 0.0) if utterance else said.at
        heard = self._records.audible.get(said.call, [])
        index = bisect_left(heard, after, key=_at)
        return heard[index] if index < len(heard) and heard[index].at <= until else None


def _key(said: Said) -> str:
    """The letters of its last final."""
    return letters(said.last_part or said.text)


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
    return None if None in parts else round(sum(part for part in parts if part is not None), 1)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _at(entry: Any) -> float:
    return float(entry.at)


def _window(entries: Sequence[T], since: float, *, until: float) -> Iterable[T]:
    """The entries from `since` to `until`; entries are appended in the order of time."""
    for index in range(bisect_left(entries, since, key=_at), len(entries)):
        if _at(entries[index]) > until:
            return
        yield entries[index]
