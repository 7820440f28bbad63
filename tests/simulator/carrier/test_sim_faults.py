import pytest

from simulator.faults import Fault, Faults, parse_fault


def test_a_fault_happens_as_often_as_it_says_after_the_occasions_it_spares():
    faults = Faults()
    faults.add(Fault(target="a", kind="x", times=2, after=1))
    assert [bool(faults.take("a")) for _ in range(5)] == [False, True, True, False, False]
    assert faults.taken == [("a", "x"), ("a", "x")]


def test_a_fault_without_end_goes_on():
    faults = Faults()
    faults.add(Fault(target="a", kind="x", times=-1))
    assert all(faults.take("a") for _ in range(10))
    assert faults.pending()


def test_a_fault_waits_for_its_occasion():
    faults = Faults()
    faults.add(Fault(target="a", kind="x", only={"event": "e"}))
    assert faults.take("a", event="other") is None
    assert faults.take("b", event="e") is None
    assert faults.take("a", kind="y", event="e") is None
    assert faults.take("a", kind="x", event="e") is not None


def test_several_kinds_can_happen_together_each_once():
    faults = Faults()
    for kind in ("x", "y", "x"):
        faults.add(Fault(target="a", kind=kind))
    assert [fault.kind for fault in faults.take_all("a")] == ["x", "y"]
    assert [fault.kind for fault in faults.take_all("a")] == ["x"]


def test_faults_are_cleared_by_target():
    faults = Faults()
    faults.add(Fault(target="a", kind="x"))
    faults.add(Fault(target="b", kind="x"))
    faults.clear("a")
    assert [fault.target for fault in faults.pending()] == ["b"]
    faults.clear()
    assert not faults.pending()


def test_a_fault_is_read_from_json():
    fault = parse_fault({"target": "a", "kind": "x", "params": {"seconds": 2}})
    assert fault.number("seconds", 1) == 2.0
    assert fault.text("title", "none") == "none"


@pytest.mark.parametrize(
    "data", [{}, {"target": "a"}, {"target": "a", "kind": 1}, {"target": "a", "kind": "x", "at": 1}]
)
def test_a_malformed_fault_is_refused(data):
    with pytest.raises(ValueError, match="a fault is"):
        parse_fault(data)
