"""Which passwords are taken.

Long ones, and none that is guessed first; no demands on kinds of letters, which make passwords worse (NIST SP 800-63B).
"""

import string
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

SHORTEST: Final = 10
LONGEST: Final = 200

_OFTEN: Final = """
    password passwort passw contrasena micontrasena laclave miclave clave claveacceso secreto secreta secret mysecret
    admin administrador administrator adminadmin root superuser usuario user username invitado guest prueba pruebas test
    testing tester demo default changeme cambiame cambiar cambialo temporal temporary entrar acceso access login
    bienvenido bienvenida bienvenidos welcome letmein openup abretesesamo hola holamundo holahola hello helloworld
    iloveyou teamo teamomucho tequiero tequieromucho teadoro miamor amor amorcito mivida princesa princess estrella
    corazon sweetheart familia mifamilia mama papa bebe hermosa preciosa bonita chocolate sunshine shadow dragon monkey
    mariposa butterfly gatito kitten perro perrito caballo tigre futbol football baseball basketball realmadrid
    barcelona fcbarcelona atletico nacional millonarios america bocajuniors riverplate chivas cruzazul superman
    batman spiderman starwars pokemon naruto minecraft fortnite mustang ferrari mercedes master whatever trustno freedom
    libertad esperanza dios diosesamor jesus jesuschrist jesuscristo cristo angel angelito colombia mexico argentina
    espana venezuela ecuador peru chile bogota medellin madrid london summer verano winter invierno primavera otono
    spring autumn january enero diciembre december lunes monday sunday domingo computer computadora internet telefono
    telephone empresa company centralita callcenter gateway google facebook whatsapp instagram youtube samsung iphone
    qwerty qwertyuiop qwertyui azerty asdf asdfgh asdfghjkl asdfasdf zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc
    qwertyasdfgh poiuytrewq mnbvcxz abc abcd abcdef abcdefg
"""
OFTEN: Final = frozenset(_OFTEN.split())
"""What people think of first, in Spanish and English, without accents; figures and signs around it are seen through."""

ROWS: Final = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
AROUND: Final = string.digits + string.punctuation + string.whitespace + "¡¿"
LOOKALIKES: Final = str.maketrans("013457@$!|", "oieastasil")


class Weakness(StrEnum):
    """Why a password is not taken; the values stay as they are, pages translate them."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    """Holds what no keyboard writes: control characters or halves of characters."""
    LIKE_EMAIL = "like_email"
    LIKE_NAME = "like_name"
    COMMON = "common"
    """Among the first that are tried: well-known words, rows of keys, repetitions."""


def normalised(password: str) -> str:
    """The one form of all ways in which keyboards write the same letters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def weaknesses(password: str, *, email: str = "", name: str = "") -> tuple[Weakness, ...]:
    """Everything that speaks against it, in a fixed order; empty when it is taken."""
    if len(password) > LONGEST:
        return (Weakness.TOO_LONG,)
    text = normalised(password)
    found = {
        Weakness.TOO_SHORT: len(text) < SHORTEST,
        Weakness.UNREADABLE: any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text),
        Weakness.LIKE_EMAIL: _is_like(text, _parts_of_email(email)),
        Weakness.LIKE_NAME: _is_like(text, (name, *name.split())),
        Weakness.COMMON: _is_common(text),
    }
    return tuple(weakness for weakness, holds in found.items() if holds)


def _parts_of_email(email: str) -> Iterable[str]:
    local, _, domain = email.partition("@")
    return (email, local, *local.replace("_", ".").replace("-", ".").split("."), domain, domain.partition(".")[0])


def _is_like(text: str, words: Iterable[str]) -> bool:
    """Nothing but one of the words, with figures and signs around it."""
    known = {_letters(_plain(word)) for word in words} - {""}
    return not known.isdisjoint(_cores(_plain(text)))


def _is_common(text: str) -> bool:
    plain = _plain(text)
    return not OFTEN.isdisjoint(_cores(plain)) or _is_repetition(plain) or _is_row(plain)


def _plain(text: str) -> str:
    """Lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _cores(plain: str) -> set[str]:
    """The words it may stand for: without figures and signs at its ends, with figures read as letters or left out."""
    cuts = (plain, plain.rstrip(string.punctuation), plain.rstrip(AROUND), plain.strip(AROUND))
    return {_letters(text) for cut in cuts for text in (cut, cut.translate(LOOKALIKES))}


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _is_repetition(text: str) -> bool:
    """One piece over and over (`abcabcabc`, `aaaaaaaaaa`), perhaps cut at its end."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _is_row(text: str) -> bool:
    """Keys or figures as they lie beside each other, in one direction."""
    rows = (*ROWS, *(row[::-1] for row in ROWS))
    return len(text) > 3 and any(text in row * 3 for row in rows)
