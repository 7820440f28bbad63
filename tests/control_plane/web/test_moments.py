import pytest

from control_plane.web.moments import moment


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("", None, None),
        ("1000.5", 1000.5, 1000.5),
        ("1970-01-02", 104_400.0, 190_800.0),
        ("1970-01-01T00:00:10+00:00", 10.0, 10.0),
    ],
)
def test_a_text_names_a_moment_or_a_day_of_the_zone(text: str, since: float | None, until: float | None) -> None:
    assert moment("from", text, zone="America/Bogota") == (since, until)


@pytest.mark.parametrize("text", ["yesterday", "-5", "nan", "1e99", "2026-13-01"])
def test_what_is_no_time_is_told_by_its_field(text: str) -> None:
    with pytest.raises(ValueError, match="from: n"):
        moment("from", text, zone="UTC")
