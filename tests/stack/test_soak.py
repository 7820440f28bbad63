"""A thousand calls of all sorts leave nothing behind; and what does stay behind is seen."""

import pytest

from benchmarks.soak import Options, report, soak
from benchmarks.soak_kinds import KINDS, QUICK

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


def test_a_thousand_calls_end_well_and_leave_nothing_behind() -> None:
    findings = soak(Options(calls=1000))
    print(report(findings))
    assert findings.complaints == []
    assert {one.kind.name for one in findings.played} == {kind.name for kind in KINDS}
    assert {"connect_failed", "drop_socket", "no_stop", "http_401", "http_529", "cut"} <= set(findings.faults_taken)


@pytest.mark.parametrize(
    ("leak", "seen"),
    [
        ("memory", "malloc grows"),
        ("objects", "control_plane.services.calls.live.LiveCall:"),
        ("tasks", "tasks of Event.wait:"),
        ("files", "fds:"),
    ],
)
def test_a_leak_that_was_planted_is_seen(leak: str, seen: str, leaky: list[str]) -> None:
    assert any(what.startswith(seen) for what in leaky), leaky


@pytest.fixture(scope="module")
def leaky() -> list[str]:
    """What is said of a gateway that keeps some of each call: one run with all leaks at once."""
    environment = {"SOAK_LEAK": "memory,objects,tasks,files"}
    options = Options(calls=120, warm_up=40, batch=30, rest_s=1.0, kinds=QUICK, environment=environment)
    return soak(options).complaints
