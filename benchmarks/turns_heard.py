"""Which words of a reply the caller's ears got, and whether the gateway knows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.ai.deepgram_words import words_of
from simulator.caller.scenes import Scene
from simulator.letters import letters

Json = Mapping[str, Any]
_HALF: Final = 0.5
_BREATH_S: Final = 0.3
"""Between two sentences the bot still speaks."""
SAME_S: Final = 1.5
"""The gateway's clock of a reply and the simulator's differ by less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarReply:
    """What the ears got of one reply, in the letters of its words."""

    words: tuple[str, ...]
    """Those that were played to their end."""
    begun: tuple[str, ...]
    """Those of which anything was played."""
    mostly: tuple[str, ...]
    """Those of which more than half was played."""
    stored: Json | None
    """The gateway's turn; None when it has none with these words."""

    @property
    def text(self) -> tuple[str, ...]:
        """All words of the reply."""
        return spelled(self.stored["text"]) if self.stored is not None else ()

    @property
    def heard(self) -> tuple[str, ...]:
        """The words that the gateway takes for heard."""
        return spelled(self.stored["heard"]) if self.stored is not None else ()


def spelled(text: str) -> tuple[str, ...]:
    """The words of a text in their letters."""
    return tuple(key for word in text.split() if (key := letters(word)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVerdict:
    """A reply that was interrupted. `right`: every word that was played whole is stored as heard, and none that was not
    played at all; `exact`: the word that was cut, too, counts as heard when more than half of it was played."""

    scene: str
    language: str
    interruption: str
    ears: str
    stored: str
    right: bool
    exact: bool


def judge_heard(
    scene: Scene, interruption: str, *, call: Json, agent: Sequence[Json], at: float, until: float
) -> HeardVerdict:
    """The reply that was being spoken `at` the interruption, as far as it was heard `until` then."""
    reply = reply_at(call, at, agent=agent, until=until)
    count = len(reply.heard)
    return HeardVerdict(
        scene=scene.name,
        language=scene.language,
        interruption=interruption,
        ears=" ".join(reply.mostly),
        stored=" ".join(reply.heard),
        right=len(reply.words) <= count <= len(reply.begun) and reply.heard == reply.begun[:count],
        exact=reply.heard == reply.mostly,
    )


def spoken_into(call: Json, at: float) -> bool:
    """Whether the bot was speaking then."""
    return _stretch_at(call, at) is not None


def reply_at(call: Json, at: float, *, agent: Sequence[Json], until: float) -> EarReply:
    """The reply that was being spoken then, as far as it was heard before `until`.

    Parts that were said again after a pause count once; what was said besides it, to bridge a silence, does not.
    """
    stretch = _stretch_at(call, at)
    stored = _turn_of(stretch, agent) if stretch is not None else None
    found = [one for one in call["heard"] if one["started_at"] < until and _turn_of(one, agent) is stored]
    words: list[str] = []
    begun: list[str] = []
    mostly: list[str] = []
    for text, to_s in _farthest(found if stored is not None else ()).items():
        for word in words_of(text):
            key = letters(word.written)
            if not key or word.start >= to_s:
                continue
            begun.append(key)
            if word.end <= to_s:
                words.append(key)
            if word.start + (word.end - word.start) * _HALF < to_s:
                mostly.append(key)
    return EarReply(words=tuple(words), begun=tuple(begun), mostly=tuple(mostly), stored=stored)


def _farthest(stretches: Iterable[Json]) -> Mapping[str, float]:
    """Each clause in its order, and up to which second it was heard: a resumed reply may begin in the clause before."""
    found: dict[str, float] = {}
    for one in stretches:
        found[one["spoken"]] = max(found.get(one["spoken"], 0.0), one["to_ms"] / 1000)
    return found


def _stretch_at(call: Json, at: float) -> Json | None:
    found = [one for one in call["heard"] if one["started_at"] <= at <= one["ended_at"] + _BREATH_S]
    return found[-1] if found else None


def _turn_of(stretch: Json, agent: Sequence[Json]) -> Json | None:
    """The last turn that had begun then and has these words."""
    key = letters(stretch["spoken"])
    found = [
        turn for turn in agent if turn["started_at"] < stretch["started_at"] + SAME_S and key in letters(turn["text"])
    ]
    return found[-1] if found else None
