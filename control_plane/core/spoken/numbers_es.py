"""Spanish words for numbers."""

from typing import Final

from control_plane.core.spoken.figures import Figure

_SMALL: Final = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_TENS: Final = ("", "", "", *["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"])
_HUNDREDS: Final = (
    "",
    *[
        "ciento",
        "doscientos",
        "trescientos",
        "cuatrocientos",
        "quinientos",
        "seiscientos",
        "setecientos",
        "ochocientos",
        "novecientos",
    ],
)
_FIRST: Final = ("", *["primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno"])
_TENTHS: Final = (
    "",
    *[
        "décimo",
        "vigésimo",
        "trigésimo",
        "cuadragésimo",
        "quincuagésimo",
        "sexagésimo",
        "septuagésimo",
        "octogésimo",
        "nonagésimo",
    ],
)
_SPECIAL_ORDINALS: Final = {11: "undécimo", 12: "duodécimo"}
_POINTS: Final = {".": "punto", ",": "coma"}
LARGEST: Final = 10**12
"""From here on a number is read digit by digit."""


def cardinal(number: int, gender: str = "") -> str:
    """`gender`: of the noun that follows, "m" or "f"; empty when none follows (uno, veintiuno)."""
    if number >= LARGEST:
        return digits(str(number))
    millions, rest = divmod(number, 10**6)
    said = []
    if millions:
        said.append("un millón" if millions == 1 else f"{_thousands(millions, 'm')} millones")
    if rest or not millions:
        said.append(_thousands(rest, gender))
    return " ".join(said)


def _thousands(number: int, gender: str) -> str:
    thousands, rest = divmod(number, 1000)
    said = []
    if thousands:
        said.append("mil" if thousands == 1 else f"{_hundreds(thousands, gender, ones='m')} mil")
    if rest or not thousands:
        said.append(_hundreds(rest, gender))
    return " ".join(said)


def _hundreds(number: int, gender: str, *, ones: str | None = None) -> str:
    """`ones`: the gender of what is below a hundred, where it is another: doscientas veintiún mil."""
    hundreds, rest = divmod(number, 100)
    if number == 100:
        return "cien"
    said = []
    if hundreds:
        word = _HUNDREDS[hundreds]
        said.append(word[:-2] + "as" if gender == "f" and hundreds > 1 else word)
    if rest or not hundreds:
        said.append(_tens(rest, gender if ones is None else ones))
    return " ".join(said)


def _tens(number: int, gender: str) -> str:
    if number < len(_SMALL):
        return _gendered(_SMALL[number], gender)
    tens, rest = divmod(number, 10)
    return f"{_TENS[tens]} y {_gendered(_SMALL[rest], gender)}" if rest else _TENS[tens]


def _gendered(word: str, gender: str) -> str:
    if not word.endswith("uno") or not gender:
        return word
    if gender == "f":
        return word[:-1] + "a"
    return "un" if word == "uno" else "veintiún"


def digits(text: str) -> str:
    """One by one."""
    return " ".join(_SMALL[int(digit)] for digit in text)


def said(figure: Figure, gender: str = "") -> str:
    """A number with its decimals: one or two of them as a number of their own, more one by one."""
    if not figure.fraction:
        return cardinal(figure.value, gender)
    fraction = figure.fraction
    if len(fraction) > 2 or (fraction.startswith("0") and len(fraction) > 1):
        decimals = digits(fraction)
    else:
        decimals = cardinal(int(fraction))
    return f"{cardinal(figure.value)} {_POINTS[figure.mark]} {decimals}"


def ordinal(number: int, gender: str = "m", *, shortened: bool = False) -> str:
    """`shortened`: before a masculine noun (primer piso). Those that nobody says are cardinals."""
    if not 0 < number < 100:
        return cardinal(number)
    tens, rest = divmod(number, 10)
    word = _SPECIAL_ORDINALS.get(number) or " ".join(filter(None, (_TENTHS[tens], _FIRST[rest])))
    if gender == "f":
        return " ".join(each[:-1] + "a" for each in word.split())
    return word[:-1] if shortened and word.endswith(("primero", "tercero")) else word
