"""Numbers in every spelling, and refusals that do not repeat the number."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.ports.infrastructure import BadNumber

COLOMBIA = WorldNumberPlan("CO")


NATIONAL = ["300 123 4567", "3001234567", " (300) 123-4567 "]
INTERNATIONAL = ["+57 300 123 4567", "+573001234567", "0057 300 1234567", "tel:+573001234567"]


@pytest.mark.parametrize("text", [*NATIONAL, *INTERNATIONAL])
def test_every_spelling_of_a_colombian_mobile_is_understood(text: str) -> None:
    number = COLOMBIA.parse(text)
    assert (number.e164, number.region, number.time_zones) == ("+573001234567", "CO", ("America/Bogota",))


@pytest.mark.parametrize(
    ("region", "text", "e164"),
    [
        ("US", "(202) 555-0123", "+12025550123"),
        ("US", "011 57 300 123 4567", "+573001234567"),
        ("US", "0057 300 123 4567", "+573001234567"),
        ("MX", "55 1234 5678", "+525512345678"),
        ("AR", "011 15-2345-6789", "+5491123456789"),
        ("CO", "+52 55 1234 5678", "+525512345678"),
        ("ES", "612 34 56 78", "+34612345678"),
    ],
)
def test_the_region_decides_how_a_national_number_is_read(region: str, text: str, e164: str) -> None:
    assert WorldNumberPlan(region).parse(text).e164 == e164


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a telephone number"),
        ("hola", "not a telephone number"),
        ("+57 300 123", "too short"),
        ("123", "too short"),
        ("300 123 4567 89012345", "too long"),
        ("+57 999 999 9999", "not a valid number in CO"),
        ("+999 123 4567", "no known country code"),
        ("00", "too short"),
        ("+573001234567 ext. 12", "has an extension, which cannot be dialled"),
    ],
)
def test_a_refusal_says_why(text: str, reason: str) -> None:
    with pytest.raises(BadNumber) as refused:
        COLOMBIA.parse(text)
    assert str(refused.value) == reason


def test_all_zones_a_number_may_be_in_are_named() -> None:
    zones = COLOMBIA.parse("+1 800 555 0199").time_zones
    assert len(zones) > 3
    assert "America/New_York" in zones


@pytest.mark.parametrize(
    ("number", "zone"), [("+34 612 345 678", "Europe/Madrid"), ("+57 300 123 4567", "America/Bogota")]
)
def test_the_best_guess_of_several_zones_is_the_most_populous(number: str, zone: str) -> None:
    assert COLOMBIA.parse(number).time_zones[0] == zone


def test_an_unknown_zone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.adapters.numbers.time_zones_for_number", lambda _: ("Etc/Unknown",))
    assert COLOMBIA.parse("300 123 4567").time_zones == ()


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ValueError, match="XX"):
        WorldNumberPlan("XX")


def test_the_large_tables_are_not_loaded() -> None:
    code = (
        "import sys, control_plane.adapters.numbers;"
        "print([name for name in sys.modules if 'geodata' in name or 'carrier' in name])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30).stdout
    assert out.strip() == "[]"


@given(st.sampled_from(["CO", "MX", "AR", "US", "ES", "BR", "GB"]))
def test_the_example_of_a_region_survives_both_spellings(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    plan = WorldNumberPlan(region)
    for spelling in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        number = plan.parse(phonenumbers.format_number(example, spelling))
        assert number.e164 == phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_bad_number(text: str) -> None:
    try:
        number = COLOMBIA.parse(text)
    except BadNumber:
        return
    assert COLOMBIA.parse(number.e164) == number
