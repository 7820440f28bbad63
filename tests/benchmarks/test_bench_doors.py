"""The comparison of doors: its table, and that each of them is really used."""

import pytest

from benchmarks.door_servers import DOORS
from benchmarks.doors import Load, Run, measure, rows
from benchmarks.machine import Cores


def test_ratios_are_those_of_the_middle_runs_to_the_last_kind() -> None:
    slow = [Run(us=us, kb=40.0, late=0.0) for us in (50.0, 30.0, 40.0)]
    fast = [Run(us=10.0, kb=20.0, late=late) for late in (0.0, 0.5)]
    assert rows({"slow": slow, "fast": fast})[1:] == [
        ("slow", "30.0 / 40.0 / 50.0", "4.0", "40 / 40 / 40", "2.0", "0.0"),
        ("fast", "10.0 / 10.0 / 10.0", "1.0", "20 / 20 / 20", "1.0", "0.5"),
    ]


@pytest.mark.stack
@pytest.mark.parametrize("kind", DOORS)
def test_every_door_takes_all_messages_and_answers(kind: str) -> None:
    found = measure(kind, Load(calls=2, seconds=0.4), cores=Cores(gateway=frozenset(), others=frozenset()))
    assert found.late == 0
    assert found.us > 0
