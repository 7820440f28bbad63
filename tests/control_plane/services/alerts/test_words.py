"""What people read."""

import pytest

from control_plane.core.alert.rule import Severity
from control_plane.services.alerts.words import Words, duration, number
from tests.alerts import alert_record

WORDS = Words(zone="America/Bogota", link="https://pbx.example/system")
ALERT = alert_record(
    raised_at=1_700_000_000.0, severity=Severity.CRITICAL, labels={"provider": "deepgram"}, node="bog-1"
)


def test_a_notice_says_what_where_since_when_and_in_both_languages() -> None:
    notice = WORDS.raised(ALERT, value=7.0)
    assert notice.title == "[CRÍTICO] Llamadas con falla / Failing calls (deepgram) · bog-1"
    assert notice.body.splitlines() == [
        "Valor 7 (> 2), desde 2023-11-14 17:13:20 America/Bogota.",
        "Value 7 (> 2), since 2023-11-14 17:13:20 America/Bogota.",
        "https://pbx.example/system",
    ]
    assert not notice.resolved


def test_a_resolution_says_how_long_it_lasted() -> None:
    notice = WORDS.resolved(ALERT, value=0.0, at=ALERT.raised_at + 754)
    assert notice.title.startswith("[OK] ")
    assert "Resuelto tras 12 min 34 s" in notice.body
    assert "Resolved after 12 min 34 s" in notice.body
    assert notice.resolved


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.12345, "0.123"), (12.34, "12.3"), (999.6, "1e+03"), (1234567.8, "1234568")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text.replace("1e+03", "1000")


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7260, "2 h 1 min")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_test_message_is_no_alert() -> None:
    assert WORDS.test().title.startswith("[TEST]")


def test_a_notice_of_a_process_that_is_gone_does_not_say_that_all_is_well() -> None:
    notice = WORDS.gone(ALERT, at=ALERT.raised_at + 754)
    assert notice.title.startswith("[CERRADA] ")
    assert notice.body.splitlines() == [
        "Cerrada tras 12 min 34 s: su proceso ya no existe. Nadie sabe si la falla sigue.",
        "Closed after 12 min 34 s: its process is gone. Nobody knows whether the fault goes on.",
        "https://pbx.example/system",
    ]
    assert notice.resolved
