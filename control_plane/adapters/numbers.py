"""The world's numbering plan, as phonenumbers knows it."""

from importlib import resources
from typing import Final

# The package's geocoder and carrier tables cost 155 MB and 3 s; only these two parts are to be imported.
import phonenumbers
from phonenumbers import NumberParseException, ValidationResult
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from control_plane.ports.infrastructure import BadNumber, PhoneNumber

_NO_NUMBER: Final = "not a telephone number"
_TOO_SHORT: Final = "too short"
_TOO_LONG: Final = "too long"
_NO_COUNTRY: Final = "no known country code"

_UNREADABLE: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    NumberParseException.NOT_A_NUMBER: _NO_NUMBER,
    NumberParseException.TOO_SHORT_AFTER_IDD: _TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: _TOO_SHORT,
    NumberParseException.TOO_LONG: _TOO_LONG,
}
_IMPOSSIBLE: Final = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
    ValidationResult.INVALID_COUNTRY_CODE: _NO_COUNTRY,
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.TOO_LONG: _TOO_LONG,
}


def _zones_of_the_world() -> list[str]:
    """All time zones; of those of one country the most populous come first, as the table of the tz database has it."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    return [line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")]


class WorldNumberPlan:
    """The NumberPlan port. `region` (ISO 3166, `CO`) is where numbers without a country code are from."""

    def __init__(self, region: str) -> None:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValueError(f"{region}: not a region with telephone numbers")
        self._region = region
        self._rank = {zone: rank for rank, zone in enumerate(_zones_of_the_world())}

    def parse(self, text: str) -> PhoneNumber:
        number = self._international(text.strip()) or self._read(text)
        self._check(number)
        zones = (zone for zone in time_zones_for_number(number) if zone != UNKNOWN_TIMEZONE)
        return PhoneNumber(
            e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
            region=phonenumbers.region_code_for_number(number) or "",
            time_zones=tuple(sorted(zones, key=lambda zone: self._rank.get(zone, len(self._rank)))),
        )

    def _international(self, text: str) -> phonenumbers.PhoneNumber | None:
        """`0057…` as people write it everywhere, though from some regions one dials another prefix: Colombia puts the
        digit of a long-distance carrier behind the 00, the United States dial 011."""
        if not text.startswith("00"):
            return None
        try:
            number = phonenumbers.parse("+" + text[2:], None)
        except NumberParseException:
            return None
        return number if phonenumbers.is_valid_number(number) else None

    def _read(self, text: str) -> phonenumbers.PhoneNumber:
        try:
            return phonenumbers.parse(text, self._region)
        except NumberParseException as error:
            raise BadNumber(_UNREADABLE.get(error.error_type, _NO_NUMBER)) from None

    def _check(self, number: phonenumbers.PhoneNumber) -> None:
        if number.extension:
            raise BadNumber("has an extension, which cannot be dialled")
        if reason := _IMPOSSIBLE.get(phonenumbers.is_possible_number_with_reason(number)):
            raise BadNumber(reason)
        if not phonenumbers.is_valid_number(number):
            region = phonenumbers.region_code_for_country_code(number.country_code or 0)
            raise BadNumber(f"not a valid number in {region}")
