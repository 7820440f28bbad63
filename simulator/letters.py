"""How texts are compared across parties: by their letters and digits alone.

Case, accents, punctuation and spacing change on the way from a transcript to a prompt and from a reply to a voice. The
mapping works character by character, so that the letters of two texts put together are the letters of the whole.
"""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    plain = unicodedata.normalize("NFD", character.casefold())
    return "".join(part for part in plain if part.isalnum())


def letters(text: str) -> str:
    """`"¿Qué día, María?"` is `"quediamaria"`."""
    return "".join(map(_letter, text))


def plain(text: str) -> str:
    """Lower case without accents, character by character: places in the result are places in the text."""
    return "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()[0]
