"""What a trace tells of one turn: listening, model, voice, and what the caller heard, made from the turn's stopwatch.

Attributes are those of OpenTelemetry's conventions for generative AI where they have one; words never stand in them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.tracing import Attributes, Span
from control_plane.services.conversation.reply import Draft, Round


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTurn:
    """A reply that is over. `began_at` in unix seconds."""

    timing: TurnTiming
    draft: Draft
    heard: str
    began_at: float
    index: int

    @property
    def cut_off(self) -> bool:
        return self.heard != self.draft.text


def turn_span(
    turn: SpokenTurn, call_id: str, *, steady: float, wall: float, about: Callable[[str], Attributes]
) -> Span:
    """The turn with its parts; `steady` and `wall` are the same moment, now."""
    make = _Spans(turn, shift=wall - steady, end=wall, about=about)
    start = make.at(Stage.SPEECH_ENDED) or make.at(Stage.STT_FINAL) or turn.began_at
    return Span(
        name="turn",
        start=start,
        end=wall,
        attributes={
            "gen_ai.conversation.id": call_id,
            "centralita.turn.index": turn.index,
            "centralita.turn.interrupted": turn.cut_off,
            **{f"centralita.turn.{name}_ms": value for name, value in turn.timing.durations_ms().items()},
        },
        children=tuple(make.parts()),
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """The parts of one turn; `shift` turns steady seconds into unix seconds."""

    turn: SpokenTurn
    shift: float
    end: float
    about: Callable[[str], Attributes]

    def at(self, stage: Stage) -> float | None:
        mark = self.turn.timing.at(stage)
        return None if mark is None else mark + self.shift

    def parts(self) -> Iterator[Span]:
        if (silent := self.at(Stage.SPEECH_ENDED)) is not None and (final := self.at(Stage.STT_FINAL)) is not None:
            yield Span(name="stt", start=min(silent, final), end=final, attributes=self.about("stt"), asks=True)
        yield from (self._llm(asked) for asked in self.turn.draft.rounds)
        yield from self._tool_uses()
        if (asked := self.at(Stage.VOICE_ASKED)) is not None:
            yield self._tts(asked)
        if (first := self.at(Stage.FIRST_FRAME)) is not None:
            yield Span(name="heard", start=first, end=max(first, self.end))

    def _llm(self, asked: Round) -> Span:
        start = asked.asked + self.shift
        attributes = dict(self.about("llm"))
        if asked.end is not None:
            attributes |= {
                "gen_ai.usage.input_tokens": asked.end.input_tokens,
                "gen_ai.usage.output_tokens": asked.end.output_tokens,
                "gen_ai.usage.cache_read.input_tokens": asked.end.cached_tokens,
                "centralita.llm.finish_reason": asked.end.reason,
            }
        first = () if asked.first_token is None else (("first_token", asked.first_token + self.shift),)
        if asked.first_token is not None:
            attributes["gen_ai.response.time_to_first_chunk"] = round(asked.first_token - asked.asked, 4)
        end = self.end if asked.ended is None else asked.ended + self.shift
        return Span(name="llm", start=start, end=end, attributes=attributes, events=first, asks=True, fault=asked.fault)

    def _tool_uses(self) -> Iterator[Span]:
        """Tools only note what is to happen, so they take no time of their own."""
        at = next((end for asked in self.turn.draft.rounds if (end := asked.ended) is not None), None)
        if at is None:
            return
        for tool in self.turn.draft.tools:
            attributes: Attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool.name}
            yield Span(name="tool", start=at + self.shift, end=at + self.shift, attributes=attributes)

    def _tts(self, asked: float) -> Span:
        first, last = self.at(Stage.FIRST_AUDIO), self.at(Stage.VOICE_ENDED)
        events = () if first is None else (("first_audio", first),)
        return Span(
            name="tts",
            start=asked,
            end=max(asked, self.end if last is None else last),
            attributes=self.about("tts"),
            events=events,
            asks=True,
        )
