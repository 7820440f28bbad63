"""The numbers at the end, and the contract of `--json`."""

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from simulator.demo.report import Facts, build
from simulator.demo.summary import summary
from tests.simulator.demo.recorded import LONG, answered, facts


def test_the_document_of_a_good_call_has_everything_a_program_asks_for() -> None:
    report = build("stream", [facts(recording=Path("/x/recording.wav"), page=Path("/x/call.html"))])
    document = json.loads(json.dumps(report.as_json()))
    assert document["ok"] is True
    assert document["failures"] == []
    assert (document["mode"], document["calls"], document["turns"]) == ("stream", 1, 2)
    assert (document["barge_ins"], document["clear_ms"], document["gap_max_ms"]) == (1, 82.0, 40.0)
    assert (document["line_closed"], document["closed_by"]) == (True, "gateway")
    assert (document["recording"], document["page"]) == ("/x/recording.wav", "/x/call.html")
    assert document["gateway_share_p95_ms"] == 0.7
    assert document["latency_ms"] == {"p50": 1040.0, "p95": 1080.0, "p99": 1080.0}
    assert document["transcript"][2] == {"speaker": "agent", "text": LONG, "heard": "Entiendo,", "interrupted": True}


def test_each_timed_reply_has_its_stages_and_what_the_ear_measured() -> None:
    first, second = build("stream", [facts()]).latency
    assert first == {
        "turn": 2,
        "stt_ms": 450.0,
        "endpoint_ms": None,
        "dispatch_ms": 0.4,
        "brain_ms": 360.0,
        "clause_ms": 50.0,
        "handover_ms": 0.1,
        "voice_ms": 188.0,
        "playout_ms": 0.2,
        "total_ms": 1048.7,
        "ear_ms": 1080.0,
        "ahead_ms": None,
        "gateway_share_ms": 0.7,
    }
    assert second["ear_ms"] == 1040.0


def test_a_call_that_did_not_end_well_says_why() -> None:
    unanswered = [answered("Se llama Toby."), answered("Perdón, adiós.", None)]
    bad = facts(
        line={"line_closed": False, "ended_at": None, "turns": unanswered},
        call={"state": "talking", "mode": "webhook"},
        keeps_recording=True,
    )
    report = build("stream", [bad])
    assert report.failures == (
        "The line is still open.",
        "The gateway takes the call to be talking.",
        "1 of 2 turns were answered.",
        "The call ended in webhook mode.",
        "There is no recording.",
    )
    assert report.as_json()["ok"] is False
    assert report.as_json()["line_closed"] is False


def test_many_calls_are_added_up_and_failures_name_the_call() -> None:
    slow = facts(line={"gap_max_ms": 60.0, "barge_ins": [{"clear_ms": None}, {"clear_ms": 140.0}]})
    short = facts(line={"turns": [answered("Se llama Toby.")]})
    report = build("stream", [facts(), slow, short], missing=["The gateway answered with 503."])
    assert (report.calls, report.turns, report.barge_ins, report.closed) == (4, 5, 4, 3)
    assert (report.slowest_clear_ms, report.gap_max_ms) == (140.0, 60.0)
    assert report.failures == ("The gateway answered with 503.", "Call 3: 1 of 2 turns were answered.")
    assert report.gateway_share_ms["p95"] == 0.7
    assert report.as_json()["line_closed"] is False


def test_a_mode_without_measurements_leaves_the_numbers_open() -> None:
    turns = [{**answered("Hola."), "gateway_share_ms": None, "latency_ms": None}, answered("Adiós.", 900.0)]
    report = build("webhook", [facts(line={"turns": turns, "barge_ins": []}, wanted_mode="stream")])
    assert report.latency_ms["p95"] == 900.0
    assert report.as_json()["clear_ms"] is None


def test_the_summary_tells_good_from_bad_and_where_everything_is() -> None:
    def drawn(*calls: Facts, recording: Path | None = None) -> str:
        console = Console(file=StringIO(), width=80, color_system=None)
        console.print(summary(build("stream", [facts(recording=recording), *calls])), crop=False)
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()

    path = Path("/" + "long/" * 30 + "recording.wav")
    assert "the call went well" in drawn()
    assert "closed by the gateway" in drawn()
    assert str(path) in drawn(recording=path)
    many = drawn(facts(line={"line_closed": False}))
    assert "this did not go well" in many
    assert "✗ Call 2: The line is still open." in many
    assert "silence after a barge-in" in many
