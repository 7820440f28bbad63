"""Several expositions become one."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import generate_latest as as_text
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from metrics_sidecar.exposition import facts, reading, writing
from metrics_sidecar.exposition.reading import NoExpositionError, read
from scripts import system_parts
from tests.metrics_sidecar.fake_control_plane import METRICS

PROMTOOL = system_parts.find("promtool")


def both(*readings: reading.Reading) -> tuple[str, str]:
    families = writing.merged([list(each.families.values()) for each in readings])
    return writing.text(families), writing.openmetrics(families) + writing.OPENMETRICS_END


def check(text: str) -> str:
    """What promtool cannot parse; its advice on names is for those who choose them."""
    if PROMTOOL is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("promtool is missing (see scripts/system_parts.py)")
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
    return done.stderr if done.returncode == 1 else ""


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("gateway_calls_ended", 'Calls with "quotes" and \\ backslash', ["cause"], registry=made).labels(
        'a"\\\n'
    ).inc()
    Gauge("gateway_calls_live", "Live.", registry=made).set(3)
    histogram = Histogram("gateway_turn_seconds", "Turns.", registry=made, buckets=(0.1, 1.0), unit="seconds")
    histogram.observe(0.5, {"trace_id": "4bf92f35"})
    Info("gateway_build", "Build.", registry=made).info({"version": "1"})
    return made


@pytest.mark.parametrize("generate", [as_text, as_openmetrics])
def test_what_a_gateway_exposes_comes_out_whole_in_both_formats(generate: object) -> None:
    body = as_text(registry()) if generate is as_text else as_openmetrics(registry())
    text, openmetrics = both(read(body, "a"), read(body, "b"))
    assert text.count("# TYPE gateway_calls_ended_total counter") == 1
    assert {sample.labels["process"] for each in parse_text(text) for sample in each.samples} == {"a", "b"}
    families = {each.name: each for each in parse_openmetrics(openmetrics)}
    assert families["gateway_calls_ended"].type == "counter"
    assert families["gateway_calls_ended"].samples[0].labels["cause"] == 'a"\\\n'
    assert check(text) == ""


def test_exemplars_are_kept_in_openmetrics_and_left_out_of_text() -> None:
    text, openmetrics = both(read(as_openmetrics(registry()), "a"))
    assert "4bf92f35" in openmetrics
    assert "4bf92f35" not in text
    (turns,) = (each for each in parse_openmetrics(openmetrics) if each.name == "gateway_turn_seconds")
    assert [sample.exemplar.value for sample in turns.samples if sample.exemplar] == [0.5]


def test_times_of_creation_are_left_out() -> None:
    for body in (as_text(registry()), as_openmetrics(registry())):
        found = read(body, "a")
        assert found.dropped == 0
        assert "_created" not in "".join(both(found))


def test_a_label_named_process_is_renamed() -> None:
    text, _ = both(read(b'a{process="b",exported="c"} 1\nb{process="b",exported_process="c"} 1\n', "main"))
    assert 'a{process="main",exported_process="b",exported="c"} 1' in text
    assert "b{" not in text.replace("a{", "")


def test_processes_that_disagree_about_a_name_do_not_break_the_whole() -> None:
    first = read(b'# TYPE x histogram\nx_bucket{le="+Inf"} 1\nx_count 1\nx_sum 1\n', "a")
    second = read(b"# TYPE x gauge\nx 1\n# TYPE x_count gauge\nx_count 2\n# TYPE y gauge\ny 1\n", "b")
    text, openmetrics = both(first, second)
    assert 'x{process="b"}' not in text
    assert 'x_count{process="b"}' not in text
    assert 'y{process="b"} 1' in text
    assert check(text) == ""
    assert list(parse_openmetrics(openmetrics))


def test_reserved_names_belong_to_the_sidecar() -> None:
    forged = read(b"# TYPE gateway_process_up gauge\ngateway_process_up 1\n", "a")
    assert writing.merged([forged.families.values()], reserved={"gateway_process_up"}) == []


HOSTILE = [
    b'a{b="c} 1',
    b'a{b="c"',
    b'a{b="\\x"} 1',
    b'a{1b="c"} 1',
    b'a{b="c",b="d"} 1',
    b'a{__name__="x"} 1',
    b"1a 1",
    b"a one",
    b"a 1_000",
    b"a 1 2 3",
    b"a 1\r",
    b"a",
    b"a{} ",
    b"a 1\na 2",
    b"# TYPE h histogram\nh_bucket 1",
    b'# TYPE h histogram\nh_bucket{le="many"} 1',
    b'# TYPE s summary\ns{quantile="x"} 1',
    b"# TYPE s summary\ns 1",
    b"# TYPE c counter\n# TYPE c_total counter\nc_total 1\nc 2",
    b"# TYPE g gauge\n# TYPE g counter\ng 1\ng_total 2",
    b"# TYPE a magic\na 1",
    b"# TYPE a gaugehistogram\na_gcount 1",
    b"# HELP a \\q \\\n# TYPE a gauge\na 1",
    b"# HELP a \x00\x1b[31m\n# TYPE a gauge\na 1",
    b"# TYPE a gauge\na 1\n# EOF\n# TYPE a gauge\na 2",
    b'# TYPE c counter\nc_total 1 # {a="b"} x',
    b'# TYPE c counter\nc_total 1 # {a="' + b"b" * 500 + b'"} 1',
    b'# TYPE c counter\nc_total 1 # {a="b"} 1 2 3',
    b'# TYPE g gauge\ng 1 # {a="b"} 1',
    b"a" * 10_000 + b" 1",
    b'a{b="' + b"\\" * 3000 + b'"} 1',
    b"a{" + b'b="c",' * 600 + b"} 1",
    'a{b="\u2028"} 1'.encode(),
    b"# UNIT a b\n# TYPE a gauge\na 1",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_bad_exposition_does_not_spoil_the_others(body: bytes) -> None:
    good = read(METRICS.encode(), "good")
    text, openmetrics = both(read(body, "bad"), good)
    assert 'gateway_calls_live{process="good"} 2.0' in text
    assert check(text) == ""
    assert len(list(parse_openmetrics(openmetrics))) >= 5


@given(st.text(alphabet='ab_{}=",\\\n# 1.eTYPEHLcounterg\t', max_size=200))
def test_whatever_is_read_can_be_read_again(noise: str) -> None:
    text, openmetrics = both(read(noise.encode(), "p"))
    again = both(reading.read(text.encode(), "q"))
    assert again[0].count("\n") == text.count("\n")
    assert openmetrics.endswith("# EOF\n")
    list(parse_text(text))


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(NoExpositionError):
        read(b"\xff\xfe", "a")


def test_the_number_of_samples_is_bounded() -> None:
    body = "".join(f'a{{b="{number}"}} 1\n' for number in range(reading.MOST_SAMPLES + 10)).encode()
    found = read(body, "a")
    assert len(found.families["a"].samples) == reading.MOST_SAMPLES
    assert found.dropped == 10


def test_the_process_itself_is_found_in_its_metrics() -> None:
    before = facts.facts(read(METRICS.encode(), "a").families)
    assert (before.memory_bytes, before.cpu_s) == (90_000_000, 12.5)
    after = facts.Facts(cpu_s=13.5, lag_sum_s=1.0, lag_count=100)
    assert facts.cpu_percent(before, after, seconds=10) == pytest.approx(10)
    assert facts.cpu_percent(after, before, seconds=10) is None
    assert facts.lag_ms(facts.Facts(lag_sum_s=0.5, lag_count=50), after) == pytest.approx(10)
