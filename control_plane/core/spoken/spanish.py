"""Spanish, as the rules of speech need it."""

import re
from typing import Final

from control_plane.core.spoken import numbers_es
from control_plane.core.spoken.genders import gender_after
from control_plane.core.spoken.money import COINS_ES
from control_plane.core.spoken.tongue import Tongue, Words
from control_plane.core.spoken.units import UNITS_ES


def _gender(found: re.Match[str]) -> str:
    return gender_after(found.string, found.end(), begin=found.start())


SPANISH: Final = Tongue(
    cardinal=numbers_es.cardinal,
    said=numbers_es.said,
    digits=numbers_es.digits,
    gender_after=_gender,
    point_parts_thousands=True,
    pairs=True,
    words=Words(
        minus="menos",
        plus="más",
        to="a",
        by="por",
        each="por",
        of=" de ",
        with_cents="con",
        number="número",
        and_="y",
        equals="igual a",
        at="arroba",
        dot="punto",
        slash="diagonal",
        dash="guion",
        underscore="guion bajo",
    ),
    coins=COINS_ES,
    usual_coin="PESOS",
    units=UNITS_ES,
    scales={"k": "mil", "K": "mil", "M": "millones", "million": "millones", "millions": "millones", "thousand": "mil"},
    labels=re.compile(
        r"\b(?:código|codigo|folio|clave|pin|nip|pedido|orden|extensión|ext\.|guía|referencia|confirmación|token|"
        r"cuenta|contrato|factura|ticket|boleto|reserva|reservación|tarjeta|póliza|expediente|postal|c\. ?p\.|cp|clabe)"
        r"(?: (?:es|es el|es la|número|núm\.|no\.|terminada en|que termina en|postal|de reserva|de confirmación|"
        r"de pedido|de referencia))*:? ?#?$",
        re.IGNORECASE,
    ),
)
