"""Which abbreviations are said as whole words."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.core.spoken.tongue import Manner, Rule

_NAME: Final = r"(?=\s+[^\W\d_a-zñáéíóúü])"
_DIGIT: Final = r"(?=\s*#?[0-9])"

_ES: Final[Mapping[str, str]] = {
    "Dr.": "doctor", "Dra.": "doctora", "Dres.": "doctores", "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita",
    "Sres.": "señores", "Sras.": "señoras", "Lic.": "licenciado", "Ing.": "ingeniero", "Arq.": "arquitecto",
    "Prof.": "profesor", "Profa.": "profesora", "Gral.": "general", "Ud.": "usted", "Uds.": "ustedes",
    "Vd.": "usted", "Vds.": "ustedes", "D.ª": "doña", "Dña.": "doña", "Av.": "avenida", "Avda.": "avenida",
    "Blvd.": "bulevar", "Calz.": "calzada", "Fracc.": "fraccionamiento", "Edo.": "estado",
    "Cd.": "ciudad", "Pza.": "plaza", "Ctra.": "carretera", "Esq.": "esquina", "Sto.": "santo", "Sta.": "santa",
    "Cía.": "compañía", "etc.": "etcétera", "p. ej.": "por ejemplo", "p.ej.": "por ejemplo", "p. e.": "por ejemplo",
    "Tel.": "teléfono", "Tels.": "teléfonos", "Núm.": "número", "Núms.": "números", "pág.": "página",
    "págs.": "páginas", "Depto.": "departamento", "Dpto.": "departamento", "Dto.": "departamento",
    "Apto.": "apartamento", "aprox.": "aproximadamente", "máx.": "máximo", "mín.": "mínimo", "vs.": "versus",
    "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "S. A. de C. V.": "ese a de ce ve",
    "S.A. de C.V.": "ese a de ce ve", "S.A.": "ese a", "S.L.": "ese ele", "C. P.": "código postal",
    "C.P.": "código postal", "D. F.": "de efe", "D.F.": "de efe", "c/u": "cada uno", "s/n": "sin número",
    "y/o": "y o", "N.º": "número", "Nº": "número", "N°": "número", "Nro.": "número", "Hrs.": "horas",
    "Atte.": "atentamente",
}  # fmt: skip
_ES_BEFORE_DIGITS: Final[Mapping[str, str]] = {
    "No.": "número", "Num.": "número", "Ext.": "extensión", "Art.": "artículo", "Int.": "interior", "Mz.": "manzana",
    "Lt.": "lote", "CP": "código postal", "Km.": "kilómetro", "Km": "kilómetro", "Vol.": "volumen", "Cap.": "capítulo",
}  # fmt: skip
_ES_BEFORE_NAMES: Final[Mapping[str, str]] = {
    "Col.": "colonia", "Ave.": "avenida", "Priv.": "privada", "D.": "don", "Ma.": "María",
}  # fmt: skip
_EN: Final[Mapping[str, str]] = {
    "Mr.": "mister", "Mrs.": "missus", "Ms.": "miss", "Prof.": "professor", "Ave.": "avenue", "Blvd.": "boulevard",
    "Rd.": "road", "Apt.": "apartment", "Dept.": "department", "Inc.": "incorporated", "Ltd.": "limited",
    "Corp.": "corporation", "Jr.": "junior", "vs.": "versus", "etc.": "et cetera", "e.g.": "for example",
    "i.e.": "that is", "approx.": "approximately", "Tel.": "telephone", "U.S.": "U S", "U.S.A.": "U S A",
    "Hwy.": "highway", "w/o": "without", "and/or": "and or",
}  # fmt: skip
_EN_BEFORE_DIGITS: Final[Mapping[str, str]] = {
    "No.": "number", "Nos.": "numbers", "Ext.": "extension", "Ste.": "suite", "Fig.": "figure", "Vol.": "volume",
    "p.": "page", "pp.": "pages",
}  # fmt: skip
_EN_BEFORE_NAMES: Final[Mapping[str, str]] = {"Dr.": "doctor", "St.": "saint", "Gen.": "general", "Rev.": "reverend"}
_STREET: Final = re.compile(r"(?P<word>St|Dr)\.(?![^\W_])")
_AFTER_A_STREET_NAME: Final = re.compile(r"(?:[A-Z0-9][\w'’-]{0,40}) $")
_AFTER_A_HOUSE_NUMBER: Final = re.compile(r"\b[0-9]\w{0,5} (?:[A-Z][\w'’-]{0,30} ){0,3}$")
_BEFORE_A_NAME: Final = re.compile(r"\s+[A-Z]")
_STREETS: Final = {"St": "street", "Dr": "drive"}


def _either_case(word: str) -> str:
    """With the first letter in either case; a space in it may be missing or hard."""
    first = f"[{word[0].lower()}{word[0].upper()}]" if word[0].isalpha() else re.escape(word[0])
    return first + re.escape(word[1:]).replace(r"\ ", r"\s?")


def _pattern(words: Mapping[str, str], behind: str) -> str:
    names = "|".join(_either_case(word) for word in sorted(words, key=len, reverse=True))
    return rf"(?:{names})(?![^\W_]){behind}"


def _rule(words: Mapping[str, str], behind: str = "") -> Rule:
    said = {"".join(word.lower().split()): meaning for word, meaning in words.items()}

    def say(found: re.Match[str], manner: Manner) -> str:
        return said["".join(found[0].lower().split())]

    return Rule(re.compile(_pattern(words, behind)), say)


def _say_street(found: re.Match[str], manner: Manner) -> str | None:
    text, begin = found.string, found.start()
    street = _AFTER_A_HOUSE_NUMBER if _BEFORE_A_NAME.match(text, found.end()) else _AFTER_A_STREET_NAME
    return _STREETS[found["word"]] if street.search(text, max(0, begin - 60), begin) else None


ABBREVIATIONS_ES: Final = (_rule(_ES), _rule(_ES_BEFORE_DIGITS, _DIGIT), _rule(_ES_BEFORE_NAMES, _NAME))
ABBREVIATIONS_EN: Final = (
    Rule(_STREET, _say_street),
    _rule(_EN),
    _rule(_EN_BEFORE_DIGITS, _DIGIT),
    _rule(_EN_BEFORE_NAMES, _NAME),
)
BEGIN_ES: Final = "|".join(rule.pattern.pattern for rule in ABBREVIATIONS_ES)
"""Where an abbreviation may begin, as part of a pattern."""
BEGIN_EN: Final = "|".join((r"(?:St|Dr)\.", *(rule.pattern.pattern for rule in ABBREVIATIONS_EN[1:])))
