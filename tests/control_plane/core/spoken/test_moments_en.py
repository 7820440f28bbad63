"""English dates, years and times."""

import pytest

from control_plane.core.spoken.clock_times import Day, Moment
from control_plane.core.spoken.moments_en import date, time
from control_plane.core.spoken.speech import speakable

CASES = {
    "at 3:15 pm today": "at three fifteen PM today",
    "7:30pm": "seven thirty PM",
    "9:05": "nine oh five",
    "9:00": "nine o'clock",
    "9:00 o'clock": "nine o'clock",
    "14:30": "two thirty PM",
    "0:15": "twelve fifteen AM",
    "12:00 PM": "twelve PM",
    "at 12 a.m. sharp": "at twelve AM sharp",
    "9:00 am-5:00 pm": "nine AM to five PM",
    "10 am-2 pm": "ten AM to two PM",
    "24/7": "twenty-four seven",
    "May 12th": "May twelfth",
    "May 12": "May twelfth",
    "May 12, 2026": "May twelfth, twenty twenty-six",
    "Jan 5": "January fifth",
    "Sept. 5, 2025": "September fifth, twenty twenty-five",
    "12 May 2026": "twelfth of May, twenty twenty-six",
    "the 3rd of June": "the third of June",
    "May 2026": "May twenty twenty-six",
    "2026-05-12": "May twelfth, twenty twenty-six",
    "05/12/2026": "May twelfth, twenty twenty-six",
    "25/12/2026": "December twenty-fifth, twenty twenty-six",
    "05/12": "May twelfth",
    "on 5/12": "on May twelfth",
    "5/12 of them": "five slash twelve of them",
    "2026-05-12T14:30": "May twelfth, twenty twenty-six at two thirty PM",
    "in 2026": "in twenty twenty-six",
    "2026 units": "two thousand twenty-six units",
    "2020-2024": "twenty twenty to twenty twenty-four",
    "in 1999": "in nineteen ninety-nine",
    "the 1990s": "the nineteen nineties",
    "the 90s": "the nineties",
}


@pytest.mark.parametrize(("written", "spoken"), CASES.items())
def test_a_moment_is_said(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


def test_a_date_without_a_year_has_none() -> None:
    assert date(Day(1, 1)) == "January first"


@pytest.mark.parametrize("hour", range(25))
def test_every_hour_of_the_day_has_words(hour: int) -> None:
    assert time(Moment(hour))


def test_seconds_are_said() -> None:
    assert time(Moment(9, 10, 5, "a")) == "nine ten and five seconds AM"
