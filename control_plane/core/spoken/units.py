"""How a number with a unit or a percent sign is said."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.core.spoken.figures import FIGURE
from control_plane.core.spoken.tongue import Manner, Noun, Rule

UNITS_ES: Final[Mapping[str, Noun]] = {
    **dict.fromkeys(("kg", "kgs", "Kg", "KG"), Noun("kilo", "kilos")),
    **dict.fromkeys(("g", "gr", "grs"), Noun("gramo", "gramos")),
    "mg": Noun("miligramo", "miligramos"),
    **dict.fromkeys(("km", "kms", "Km", "KM"), Noun("kilómetro", "kilómetros")),
    "km/h": Noun("kilómetro por hora", "kilómetros por hora"),
    **dict.fromkeys(("m", "mts", "mt"), Noun("metro", "metros")),
    "cm": Noun("centímetro", "centímetros"),
    "mm": Noun("milímetro", "milímetros"),
    **dict.fromkeys(("ml", "mL", "ML"), Noun("mililitro", "mililitros")),
    **dict.fromkeys(("l", "L", "lt", "lts"), Noun("litro", "litros")),
    **dict.fromkeys(("m²", "m2"), Noun("metro cuadrado", "metros cuadrados")),
    **dict.fromkeys(("m³", "m3"), Noun("metro cúbico", "metros cúbicos")),
    "km²": Noun("kilómetro cuadrado", "kilómetros cuadrados"),
    "ha": Noun("hectárea", "hectáreas", "f"),
    **dict.fromkeys(("°C", "ºC"), Noun("grado centígrado", "grados centígrados")),
    **dict.fromkeys(("°F", "ºF"), Noun("grado Fahrenheit", "grados Fahrenheit")),
    "°": Noun("grado", "grados"),
    **dict.fromkeys(("h", "hs", "hr", "hrs"), Noun("hora", "horas", "f")),
    **dict.fromkeys(("min", "mins"), Noun("minuto", "minutos")),
    **dict.fromkeys(("s", "seg", "segs"), Noun("segundo", "segundos")),
    "ms": Noun("milisegundo", "milisegundos"),
    **dict.fromkeys(("oz",), Noun("onza", "onzas", "f")),
    **dict.fromkeys(("lb", "lbs"), Noun("libra", "libras", "f")),
    **dict.fromkeys(("GB", "Gb"), Noun("giga", "gigas")),
    "MB": Noun("mega", "megas"),
    "TB": Noun("tera", "teras"),
    **dict.fromkeys(("Mbps", "Mb/s"), Noun("mega por segundo", "megas por segundo")),
    "kWh": Noun("kilovatio hora", "kilovatios hora"),
    "kW": Noun("kilovatio", "kilovatios"),
    "W": Noun("vatio", "vatios"),
    "V": Noun("voltio", "voltios"),
    "pzas": Noun("pieza", "piezas", "f"),
    "pza": Noun("pieza", "piezas", "f"),
    "%": Noun("por ciento", "por ciento", ""),
}
UNITS_EN: Final[Mapping[str, Noun]] = {
    **dict.fromkeys(("kg", "kgs", "KG"), Noun("kilo", "kilos")),
    "g": Noun("gram", "grams"),
    "mg": Noun("milligram", "milligrams"),
    **dict.fromkeys(("km", "kms", "KM"), Noun("kilometer", "kilometers")),
    "km/h": Noun("kilometer per hour", "kilometers per hour"),
    "m": Noun("meter", "meters"),
    "cm": Noun("centimeter", "centimeters"),
    "mm": Noun("millimeter", "millimeters"),
    **dict.fromkeys(("ml", "mL"), Noun("milliliter", "milliliters")),
    **dict.fromkeys(("l", "L"), Noun("liter", "liters")),
    **dict.fromkeys(("m²", "m2"), Noun("square meter", "square meters")),
    **dict.fromkeys(("m³", "m3"), Noun("cubic meter", "cubic meters")),
    **dict.fromkeys(("ft²", "sq ft"), Noun("square foot", "square feet")),
    **dict.fromkeys(("°C", "ºC"), Noun("degree Celsius", "degrees Celsius")),
    **dict.fromkeys(("°F", "ºF"), Noun("degree Fahrenheit", "degrees Fahrenheit")),
    "°": Noun("degree", "degrees"),
    **dict.fromkeys(("h", "hr", "hrs"), Noun("hour", "hours")),
    **dict.fromkeys(("min", "mins"), Noun("minute", "minutes")),
    **dict.fromkeys(("s", "sec", "secs"), Noun("second", "seconds")),
    "ms": Noun("millisecond", "milliseconds"),
    "oz": Noun("ounce", "ounces"),
    **dict.fromkeys(("lb", "lbs"), Noun("pound", "pounds")),
    "ft": Noun("foot", "feet"),
    "mi": Noun("mile", "miles"),
    "mph": Noun("mile per hour", "miles per hour"),
    "gal": Noun("gallon", "gallons"),
    "GB": Noun("gigabyte", "gigabytes"),
    "MB": Noun("megabyte", "megabytes"),
    "TB": Noun("terabyte", "terabytes"),
    "Mbps": Noun("megabit per second", "megabits per second"),
    "kWh": Noun("kilowatt hour", "kilowatt hours"),
    "kW": Noun("kilowatt", "kilowatts"),
    "W": Noun("watt", "watts"),
    "V": Noun("volt", "volts"),
    "%": Noun("percent", "percent"),
}
_NAMES: Final = "|".join(sorted(map(re.escape, {*UNITS_ES, *UNITS_EN}), key=len, reverse=True))
UNIT: Final = rf"(?P<unit>{_NAMES})(?![^\W_]|[²³]|/[^\W\d_])(?:\.(?=,|\s+[a-zñáéíóú0-9]))?"
"""A unit behind a number, as part of a pattern; its full stop too, where that ends no sentence."""


def _say(found: re.Match[str], manner: Manner) -> str | None:
    noun = manner.tongue.units.get(found["unit"])
    return None if noun is None else manner.tongue.counted(manner.tongue.figure(found["figure"]), noun)


def _by(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.by} "


WITH_UNIT: Final = Rule(re.compile(rf"(?P<figure>{FIGURE})\s?{UNIT}"), _say)
BY: Final = Rule(re.compile(r"\s?[x×]\s?(?=[$€£]?[0-9])"), _by)
"""Between two measures: 10 x 15 cm."""
