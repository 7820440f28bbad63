"""Which calls are traced, and under which id."""

import uuid

import pytest

from control_plane.observability.tracing import Span, Tracing, is_sampled, trace_id

SPAN = Span(name="turn", start=1.0, end=2.0)


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.closed = False

    def call(self, trace_id: str, span: Span) -> None:
        self.got.append(("call", trace_id))

    def part(self, trace_id: str, span: Span) -> None:
        self.got.append(("part", trace_id))

    async def aclose(self) -> None:
        self.closed = True


def calls(count: int) -> list[str]:
    return [
        str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4)) for number in range(count)
    ]


def test_the_trace_of_a_call_has_the_id_of_the_call_without_dashes() -> None:
    assert trace_id("0e9c2f9b-5a43-4a0e-9d0e-2f7c7f3b6a10") == "0e9c2f9b5a434a0e9d0e2f7c7f3b6a10"


def test_a_call_id_of_another_kind_has_a_trace_id_too() -> None:
    assert len(trace_id("call-1")) == 32
    assert trace_id("call-1") == trace_id("call-1") != trace_id("call-2")


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.5, 1.0])
def test_about_the_share_that_is_wanted_is_traced(ratio: float) -> None:
    traced = sum(is_sampled(call, ratio) for call in calls(2000))
    assert abs(traced / 2000 - ratio) < 0.05


def test_a_call_that_is_traced_at_a_small_share_is_traced_at_a_larger_one() -> None:
    for call in calls(500):
        assert is_sampled(call, 0.7) or not is_sampled(call, 0.3)


async def test_spans_of_sampled_calls_go_to_the_sink_and_of_others_nowhere() -> None:
    sink = Kept()
    tracing = Tracing(lambda: sink, ratio=0.5)
    tracing.start()
    some = calls(50)
    for call in some:
        tracing.part(call, SPAN)
        tracing.call(call, SPAN)
    sampled = [trace_id(call) for call in some if is_sampled(call, 0.5)]
    assert sink.got == [(kind, trace) for trace in sampled for kind in ("part", "call")]
    assert [tracing.exemplar(call) for call in some if not is_sampled(call, 0.5)][:1] == [None]
    await tracing.aclose()
    assert sink.closed


async def test_without_a_sink_nothing_is_sampled_and_nothing_happens() -> None:
    tracing = Tracing()
    tracing.start()
    tracing.part("call-1", SPAN)
    tracing.call("call-1", SPAN)
    await tracing.aclose()
    assert not tracing.sampled("call-1")
    assert tracing.exemplar("call-1") is None
    assert tracing.about("llm") == {}


def test_the_sink_is_made_at_the_start_and_once() -> None:
    made: list[Kept] = []

    def make() -> Kept:
        made.append(Kept())
        return made[-1]

    tracing = Tracing(make)
    assert not tracing.sampled("call-1")
    tracing.start()
    tracing.start()
    assert len(made) == 1
    assert tracing.sampled("call-1")
    assert not tracing.sampled("")
