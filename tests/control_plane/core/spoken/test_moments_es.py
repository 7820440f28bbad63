"""Spanish dates and times."""

import pytest

from control_plane.core.spoken.clock_times import Day, Moment
from control_plane.core.spoken.moments_es import date, time
from control_plane.core.spoken.speech import speakable

CASES = {
    "a las 14:30": "a las dos y media de la tarde",
    "a las 9:00 a. m.": "a las nueve de la mañana.",
    "9 a.m. o 5 p. m. hoy": "nueve de la mañana o cinco de la tarde hoy",
    "a las 9am": "a las nueve de la mañana",
    "9:00 p.m. en punto": "nueve de la noche en punto",
    "1:15": "una y cuarto",
    "3:00": "tres",
    "12:00 p. m. o": "doce del día o",
    "12:30 p. m. o": "doce y media de la tarde o",
    "12:00 a. m. o": "doce de la noche o",
    "00:30": "doce y media de la noche",
    "8:05 a. m. o": "ocho y cinco de la mañana o",
    "8h30": "ocho y media",
    "15h": "quince horas",
    "20 hrs": "veinte horas",
    "19:45 hrs": "siete y cuarenta y cinco de la noche",
    "las 13:00 horas": "las trece horas",
    "las 13:30 horas": "las trece treinta horas",
    "14:30 de la tarde": "dos y media de la tarde",
    "9:00–14:00": "nueve a dos de la tarde",
    "10:30-11:30": "diez y media a once y media",
    "9am-5pm": "nueve de la mañana a cinco de la tarde",
    "de 9–14 h": "de nueve a catorce horas",
    "10:20:30": "diez y veinte con treinta segundos",
    "16:9": "dieciséis a nueve",
    "12/05/2026": "doce de mayo de dos mil veintiséis",
    "12-05-2026": "doce de mayo de dos mil veintiséis",
    "12.05.2026": "doce de mayo de dos mil veintiséis",
    "2026-05-12": "doce de mayo de dos mil veintiséis",
    "05/25/2026": "veinticinco de mayo de dos mil veintiséis",
    "13/25/2026": "trece diagonal veinticinco diagonal dos mil veintiséis",
    "31/12/99": "treinta y uno de diciembre de mil novecientos noventa y nueve",
    "01/02/26": "primero de febrero de dos mil veintiséis",
    "12/05": "doce de mayo",
    "el 5/10": "el cinco de octubre",
    "el lunes 3/4": "el lunes tres de abril",
    "el 3/4 del total": "el tres cuartos del total",
    "sacó 5/10": "sacó cinco diagonal diez",
    "12 de mayo": "doce de mayo",
    "1 de mayo de 2026": "primero de mayo de dos mil veintiséis",
    "21 de junio": "veintiuno de junio",
    "12 ene 2026": "doce de enero de dos mil veintiséis",
    "12-may-2026": "doce de mayo de dos mil veintiséis",
    "2026-05-12T14:30:00Z": "doce de mayo de dos mil veintiséis, dos y media de la tarde",
    "24/7": "veinticuatro siete",
}


@pytest.mark.parametrize(("written", "spoken"), CASES.items())
def test_a_moment_is_said(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


def test_a_date_without_a_year_has_none() -> None:
    assert date(Day(1, 1)) == "primero de enero"


@pytest.mark.parametrize("hour", range(25))
def test_every_hour_of_the_day_has_words(hour: int) -> None:
    assert time(Moment(hour))


def test_the_part_of_the_day_is_not_said_twice() -> None:
    assert time(Moment(15), named=True) == "tres"
