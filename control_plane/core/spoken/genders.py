"""Which gender a Spanish noun has, as far as a number before it has to know."""

import re
from typing import Final


def _row(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MASCULINE: Final = _row(
    "día días mapa mapas problema problemas programa programas sistema sistemas idioma idiomas tema temas "
    "poema poemas clima climas planeta planetas esquema esquemas gramo gramos trauma traumas síntoma "
    "síntomas sofá sofás drama diagrama diagramas avión aviones camión camiones"
)
_FEMININE: Final = _row(
    "vez veces noche noches tarde tardes clase clases parte partes calle calles llave llaves luz luces "
    "mujer mujeres flor flores ley leyes mano manos red redes clave claves sede sedes serie series foto "
    "fotos moto motos imagen imágenes orden órdenes sucursal sucursales señal señales piel pieles carne "
    "carnes leche leches torre torres base bases frase frases cita citas base sal sales nube nubes suite "
    "suites sesión"
)
_FEMININE_ENDINGS: Final = ("a", "as", "ión", "iones", "dad", "dades", "tud", "tudes", "umbre", "umbres")
_NO_NOUNS: Final = _row(
    "a al ante aquí bajo cada como con cuando de del desde donde e el ella ellas ellos en entre era es "
    "esta está están este esto fue ha hasta hay la las le les lo los más me menos muy ni no nos o para "
    "pero por porque que queda se según ser si sin sobre son su sus también tiene tienen todavía u un una "
    "usted va y ya"
)
_NEXT: Final = re.compile(r" ([^\W\d_]{1,40})(?![\w@])")
_LABEL: Final = re.compile(
    r"(?:opción|número|núm\.|línea|paso|mesa|habitación|página|capítulo|piso|nivel|talla|modelo|versión|tecla|"
    r"sala|puerta|ruta|cuarto|marque|oprima|presione|plan|zona|fase|parte|mínimo|tipo) $",
    re.IGNORECASE,
)


def gender(noun: str) -> str:
    """ "m", "f", or empty for a word that is no noun."""
    word = noun.lower()
    if word in _NO_NOUNS:
        return ""
    if word in _MASCULINE:
        return "m"
    return "f" if word in _FEMININE or word.endswith(_FEMININE_ENDINGS) else "m"


def gender_after(text: str, end: int, *, begin: int) -> str:
    """The gender of what is counted by the number at `begin` to `end`; empty when it counts nothing (opción 1)."""
    found = _NEXT.match(text, end)
    if found is None or _LABEL.search(text, max(0, begin - 14), begin):
        return ""
    return gender(found[1])
