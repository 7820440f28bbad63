"""What a call was like at the caller's ear, worked out from when each side was audible.

    caller  ▇▇▇▇▇▇            ▇▇▇▇▇
    agent            ▇▇▇▇▇▇▇▇▇▇▇            ▇▇▇▇▇
            │     ├gap─┤      ├┤   ├ dead air ─┤
            │               overlap: the caller came in

Times are whole milliseconds of the call. Nothing here knows words: a caller's sound that was no turn may be waited for
in vain, and a pause within the agent's speech is no silence.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from control_plane.core.audio.ear_worst import Blemish, Worst, worst_of
from control_plane.core.quantile import of_values

Side = Literal["caller", "agent"]
Span = tuple[int, int]
"""Beginning and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarPolicy:
    """What counts, in ms."""

    dead_air: int = 2000
    """Longer silence than this, when the agent owes the answer, is dead air."""
    comfortable: int = 1000
    """What an answer may take without being noticed."""
    turn: int = 160
    """A shorter sound of the caller asks for no answer."""
    speech: int = 80
    """A shorter sound of the agent is none: something that was taken back at once."""
    overlap: int = 120
    """Both at once for less than this is how people take turns, unless the agent fell silent for the caller."""
    one_speech: int = 1000
    """The agent's sounds that are no further apart are one speech, and began with the first."""
    yielding: int = 700
    """So soon the agent is to be silent when the caller comes in."""
    window: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Both were audible."""

    start: int
    end: int
    by: Side
    """Who came in while the other one spoke."""
    yielded: bool
    """The caller came in, and the agent fell silent before he did: the length is how long that took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was measured while the call went on: who was audible when, in order."""

    start: int
    end: int
    caller: Sequence[Span]
    agent: Sequence[Span]
    holes: Sequence[Span] = ()
    """Where the agent's speech broke off in the middle of a sound, and went on."""
    blind: Sequence[Span] = ()
    """Between two streams, when nobody knows what the caller heard."""
    way: int = 0
    """How long sound takes to the carrier and back: each wait for an answer was longer by this than it looks here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarReport:
    """The whole call. `gaps` are from the caller's last sound to the agent's first."""

    heard: Heard
    gaps: Sequence[Span]
    overlaps: Sequence[Overlap]
    dead_air: Sequence[Span]
    worst: Worst | None
    """None when nothing was wrong."""

    @property
    def latencies(self) -> Sequence[int]:
        """How long the caller waited for each answer."""
        return [length(gap) + self.heard.way for gap in self.gaps]

    def latency_ms(self, share: float) -> float | None:
        return of_values(self.latencies, share)

    @property
    def dead_air_ms(self) -> int:
        return total(self.dead_air)

    @property
    def talk_over_ms(self) -> int:
        """How long the agent talked over the caller."""
        return sum(each.end - each.start for each in self.overlaps if each.by == "agent")

    def answer_ms(self, began: int, ended: int) -> int | None:
        """How long the caller waited for the first answer that became audible between these times."""
        at = bisect_left(self.gaps, began, key=_end)
        return self.latencies[at] if at < len(self.gaps) and self.gaps[at][1] <= ended else None


def length(span: Span) -> int:
    return span[1] - span[0]


def total(spans: Iterable[Span]) -> int:
    return sum(map(length, spans))


def _end(span: Span) -> int:
    return span[1]


def report(heard: Heard, policy: EarPolicy | None = None) -> EarReport:
    """Everything that follows from who was audible when."""
    policy = policy or EarPolicy()
    heard = replace(heard, agent=[span for span in heard.agent if length(span) >= policy.speech])
    gaps = list(_gaps(heard, policy))
    overlaps = list(_overlaps(heard, policy))
    dead = list(_dead_air(heard, policy))
    silent = set(dead)
    blemishes = [
        *(Blemish(kind="dead_air", start=start, end=end) for start, end in dead),
        *(Blemish(kind="hole", start=start, end=end) for start, end in heard.holes),
        *_late((gap for gap in gaps if gap not in silent), policy, way=heard.way),
        *_spoken_over(overlaps, policy),
    ]
    return EarReport(
        heard=heard,
        gaps=gaps,
        overlaps=overlaps,
        dead_air=dead,
        worst=worst_of(blemishes, start=heard.start, end=heard.end, window=policy.window),
    )


def _sounds(heard: Heard, policy: EarPolicy) -> list[tuple[int, int, str]]:
    """Both sides by their beginnings, without what asks for no answer, and what is not known."""
    caller = [(*span, "caller") for span in heard.caller if length(span) >= policy.turn]
    agent = [(*span, "agent") for span in heard.agent]
    return sorted([*caller, *agent, *((*span, "blind") for span in heard.blind)])


def _gaps(heard: Heard, policy: EarPolicy) -> Iterator[Span]:
    """Silences that the caller began and the agent ended."""
    for silence, before, after in _silences(heard, policy):
        if before == "caller" and after == "agent":
            yield silence


def _dead_air(heard: Heard, policy: EarPolicy) -> Iterator[Span]:
    """Silences in which the agent owed something: an answer, or the first word of the call."""
    for silence, before, _ in _silences(heard, policy):
        if before in ("caller", "") and length(silence) > policy.dead_air:
            yield silence


def _silences(heard: Heard, policy: EarPolicy) -> Iterator[tuple[Span, str, str]]:
    """Where nobody was audible: when, who was before, and who after; empty at the ends of the call."""
    until, last = heard.start, ""
    for start, end, side in _sounds(heard, policy):
        if start > until:
            yield (until, start), last, side
        if end > until:
            until, last = end, side
    if heard.end > until:
        yield (until, heard.end), last, ""


def _overlaps(heard: Heard, policy: EarPolicy) -> Iterator[Overlap]:
    agent, at = _with_beginnings(heard.agent, policy), 0
    for caller in heard.caller:
        while at < len(agent) and agent[at][1] <= caller[0]:
            at += 1
        for start, end, began in agent[at:]:
            if start >= caller[1]:
                break
            first, last = max(start, caller[0]), min(end, caller[1])
            by: Side = "agent" if began > caller[0] else "caller"
            yielded = by == "caller" and end <= caller[1]
            if yielded or last - first >= policy.overlap:
                yield Overlap(start=first, end=last, by=by, yielded=yielded)


def _with_beginnings(agent: Sequence[Span], policy: EarPolicy) -> list[tuple[int, int, int]]:
    """Each sound of the agent, and when the speech began that it is part of."""
    found: list[tuple[int, int, int]] = []
    for start, end in agent:
        goes_on = bool(found) and start - found[-1][1] <= policy.one_speech
        found.append((start, end, found[-1][2] if goes_on else start))
    return found


def _late(gaps: Iterable[Span], policy: EarPolicy, *, way: int) -> Iterator[Blemish]:
    """Answers that took longer than is comfortable, each from where it was too long."""
    for start, end in gaps:
        if end - start + way > policy.comfortable:
            too_long = start + max(0, policy.comfortable - way)
            yield Blemish(kind="late", start=too_long, end=end, whole=end - start + way)


def _spoken_over(overlaps: Iterable[Overlap], policy: EarPolicy) -> Iterator[Blemish]:
    for each in overlaps:
        took = each.end - each.start
        if each.by == "agent":
            yield Blemish(kind="talk_over", start=each.start, end=each.end)
        elif each.yielded and took > policy.yielding:
            yield Blemish(kind="slow_yield", start=each.start + policy.yielding, end=each.end, whole=took)
