"""How amounts of money are said."""

import re
from collections.abc import Mapping
from typing import Final

from control_plane.core.spoken.figures import FIGURE, Figure
from control_plane.core.spoken.tongue import Coin, Manner, Noun, Rule

_CENTAVO: Final = Noun("centavo", "centavos")
_CENT: Final = Noun("cent", "cents")

PESO: Final = Coin(Noun("peso", "pesos"), _CENTAVO)
_DOLAR: Final = Coin(Noun("dólar", "dólares"), _CENTAVO)
_EURO: Final = Coin(Noun("euro", "euros"), Noun("céntimo", "céntimos"))

COINS_ES: Final[Mapping[str, Coin]] = {
    **dict.fromkeys(("PESOS", "MXN", "MXP", "COP", "CLP", "ARS", "UYU", "DOP", "CUP", "MN"), PESO),
    **dict.fromkeys(("DÓLARES", "DOLLARS", "USD"), _DOLAR),
    **dict.fromkeys(("EUROS", "EUR"), _EURO),
    "GBP": Coin(Noun("libra", "libras", "f"), Noun("penique", "peniques")),
    "JPY": Coin(Noun("yen", "yenes")),
    "CAD": Coin(Noun("dólar canadiense", "dólares canadienses"), _CENTAVO),
    "BRL": Coin(Noun("real", "reales"), _CENTAVO),
    "PEN": Coin(Noun("sol", "soles"), Noun("céntimo", "céntimos")),
    "GTQ": Coin(Noun("quetzal", "quetzales"), _CENTAVO),
    "CRC": Coin(Noun("colón", "colones"), Noun("céntimo", "céntimos")),
    "HNL": Coin(Noun("lempira", "lempiras"), _CENTAVO),
    "BOB": Coin(Noun("boliviano", "bolivianos"), _CENTAVO),
    "CHF": Coin(Noun("franco", "francos"), Noun("céntimo", "céntimos")),
}
COINS_EN: Final[Mapping[str, Coin]] = {
    **dict.fromkeys(("DOLLARS", "DÓLARES", "USD"), Coin(Noun("dollar", "dollars"), _CENT)),
    **dict.fromkeys(("EUROS", "EUR"), Coin(Noun("euro", "euros"), _CENT)),
    "PESOS": Coin(Noun("peso", "pesos"), Noun("centavo", "centavos")),
    "GBP": Coin(Noun("pound", "pounds"), Noun("penny", "pence")),
    "JPY": Coin(Noun("yen", "yen")),
    "CAD": Coin(Noun("Canadian dollar", "Canadian dollars"), _CENT),
    "AUD": Coin(Noun("Australian dollar", "Australian dollars"), _CENT),
    "MXN": Coin(Noun("Mexican peso", "Mexican pesos"), _CENTAVO),
    "COP": Coin(Noun("Colombian peso", "Colombian pesos"), _CENTAVO),
    "BRL": Coin(Noun("real", "reais"), _CENTAVO),
    "PEN": Coin(Noun("sol", "soles"), _CENT),
    "CHF": Coin(Noun("franc", "francs"), _CENT),
}
_SIGNS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY", "R$": "BRL", "S/": "PEN"}
_CODES: Final = "|".join(sorted({code for code in (*COINS_ES, *COINS_EN) if len(code) == 3}))
SIGN: Final = rf"(?:(?:{_CODES}|US|MX|CA|AU|R)\$|(?:{_CODES})(?![^\W\d_])|S/|[$€£¥])"
"""What stands before an amount, as part of a pattern."""

_SHORT_SIGNS: Final = {"US$": "USD", "MX$": "MXN", "CA$": "CAD", "AU$": "AUD"}
_BEHIND: Final = (
    rf"(?:\s?(?P<behind>(?:{_CODES})(?![^\W_])|[€£])|\s(?P<mn>M\.?\s?N\.?(?![^\W_]))"
    r"|\s(?P<name>pesos?|d[oó]lar(?:es)?|euros?|dollars?|soles|pounds?)(?![^\W_]))"
)
_SCALE: Final = r"(?:(?P<scale>\s?(?:millones|millón|millions?|billions?|thousand|mil)|[kKM](?!\.\s?N))(?![^\W_]))"

BEFORE: Final = re.compile(rf"(?P<sign>{SIGN})\s?(?P<figure>{FIGURE}){_SCALE}?{_BEHIND}?")
BEHIND: Final = re.compile(rf"(?P<figure>{FIGURE}){_SCALE}?{_BEHIND}")


def _coin(found: re.Match[str], manner: Manner) -> Coin | None:
    """The code behind an amount says more than the sign before it: $20 USD."""
    parts = found.groupdict()
    code = parts["behind"] or parts.get("sign") or ("MN" if parts["mn"] else "")
    code = _SIGNS.get(code) or _SHORT_SIGNS.get(code) or code.removesuffix("$")
    return manner.tongue.coins.get(code) if code else manner.coin


def _say(found: re.Match[str], manner: Manner) -> str | None:
    coin, parts = _coin(found, manner), found.groupdict()
    if coin is None:
        return None
    figure = manner.tongue.figure(parts["figure"])
    if parts["scale"]:
        amount = _scaled(figure, parts["scale"], coin=coin, manner=manner)
    else:
        amount = _amount(figure, coin, manner=manner)
    if parts["name"] and not parts["behind"]:
        amount = amount.replace(f" {coin.whole.many}", f" {parts['name']}", 1)
    return amount


def _say_with_name(found: re.Match[str], manner: Manner) -> str | None:
    """A number whose currency stands behind it as a word counts like any other noun."""
    return None if found["name"] and not found["scale"] and _has_no_cents(found, manner) else _say(found, manner)


def _has_no_cents(found: re.Match[str], manner: Manner) -> bool:
    return len(manner.tongue.figure(found["figure"]).fraction) != 2


def _scaled(figure: Figure, scale: str, *, coin: Coin, manner: Manner) -> str:
    tongue = manner.tongue
    name = tongue.scales.get(scale.strip(), scale.strip())
    of = tongue.words.of if name.startswith("mill") else ""
    return f"{tongue.said(figure, 'm')} {name}{of or ' '}{coin.whole.many}"


def _amount(figure: Figure, coin: Coin, *, manner: Manner) -> str:
    tongue = manner.tongue
    if not figure.fraction.strip("0"):
        return tongue.counted(Figure(whole=figure.whole), coin.whole)
    if len(figure.fraction) > 2 or not coin.cent.one:
        return tongue.counted(figure, coin.whole)
    cents = tongue.counted(Figure(whole=figure.fraction.ljust(2, "0")), coin.cent)
    if not figure.value:
        return cents
    return f"{tongue.counted(Figure(whole=figure.whole), coin.whole)} {tongue.words.with_cents} {cents}"


def _say_each(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.each} "


MONEY: Final = (Rule(BEFORE, _say), Rule(BEHIND, _say_with_name))
EACH: Final = Rule(
    re.compile(
        r"/(?=(?:mes|hora|h|día|noche|persona|año|semana|pieza|pza|month|mo|hour|hr|day|night|person|year|week)\b)"
    ),
    _say_each,
)
"""What stands between an amount and what it buys: $500/mes."""
