"""Numbers with units and percent signs."""

import pytest

from control_plane.core.spoken.speech import speakable
from control_plane.core.spoken.units import UNITS_EN, UNITS_ES

SPANISH = {
    "5 kg": "cinco kilos",
    "1 kg": "un kilo",
    "5kg": "cinco kilos",
    "3.5 km": "tres punto cinco kilómetros",
    "21 cm": "veintiún centímetros",
    "21 h": "veintiuna horas",
    "1 h": "una hora",
    "500 ml": "quinientos mililitros",
    "250 mg": "doscientos cincuenta miligramos",
    "50 m²": "cincuenta metros cuadrados",
    "1500 m2": "mil quinientos metros cuadrados",
    "80 km/h": "ochenta kilómetros por hora",
    "20 °C": "veinte grados centígrados",
    "-5 °C": "menos cinco grados centígrados",
    "20–25 °C": "veinte a veinticinco grados centígrados",
    "15%": "quince por ciento",
    "21 %": "veintiuno por ciento",
    "100%": "cien por ciento",
    "12.5%": "doce punto cinco por ciento",
    "10-15%": "diez a quince por ciento",
    "10x15 cm": "diez por quince centímetros",
    "2x1": "dos por uno",
    "15 min. de espera": "quince minutos de espera",
    "2 kg., sí": "dos kilos, sí",
    "3 h 20 min": "tres horas veinte minutos",
    "Pesa 5 kg. Luego": "Pesa cinco kilos. Luego",
    "100 Mbps": "cien megas por segundo",
}
ENGLISH = {
    "5 kg": "five kilos",
    "1 lb": "one pound",
    "70°F": "seventy degrees Fahrenheit",
    "15%": "fifteen percent",
    "20%-30%": "twenty percent to thirty percent",
    "10 x 12 ft": "ten by twelve feet",
    "1,200 sq ft": "one thousand two hundred square feet",
    "60 mph": "sixty miles per hour",
}


@pytest.mark.parametrize(("written", "spoken"), SPANISH.items())
def test_a_measure_is_said_in_spanish(written: str, spoken: str) -> None:
    assert speakable(written, "es").text == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_a_measure_is_said_in_english(written: str, spoken: str) -> None:
    assert speakable(written, "en").text == spoken


@pytest.mark.parametrize(("language", "units"), [("es", UNITS_ES), ("en", UNITS_EN)])
def test_every_unit_of_the_tables_is_said(language: str, units: dict[str, object]) -> None:
    assert [unit for unit in units if unit in speakable(f"2 {unit}", language).text.split()] == []
