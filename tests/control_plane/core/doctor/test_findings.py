"""Findings, and the words that are filled in."""

from control_plane.core.doctor.findings import Level, Words, filled, found, worst


def test_values_are_put_into_the_words() -> None:
    words = Words(seen="{ms} ms", remedy="Look at {what}.")
    assert filled(words, {"ms": "7", "what": "it"}) == Words(seen="7 ms", remedy="Look at it.")
    assert filled(Words(seen="plain"), {}) == Words(seen="plain")


def test_the_worst_level_counts() -> None:
    assert worst([]) is Level.OK
    assert worst([Level.OK, Level.WARN, Level.OK]) is Level.WARN
    assert worst([Level.FAIL, Level.WARN]) is Level.FAIL


def test_a_finding_is_its_code_and_values() -> None:
    finding = found("disk.ok", free="7.0")
    assert (finding.code, finding.values) == ("disk.ok", {"free": "7.0"})
