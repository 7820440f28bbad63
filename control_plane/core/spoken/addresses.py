"""How e-mail and web addresses are said."""

import re
from typing import Final

from control_plane.core.spoken.tongue import Manner, Rule

_TOP: Final = (
    "com|mx|net|org|edu|gob|gov|info|io|app|dev|ai|store|shop|online|site|tech|biz|cl|pe|ar|uy|ec|gt|cr|pa|es|co|us|uk|"
    "ca|eu|me|tv|lat|test|example"
)
HOST: Final = rf"[A-Za-z0-9][\w-]{{0,62}}+(?:\.[\w-]{{1,63}}){{0,4}}\.(?:{_TOP})(?![\w-])"
MAIL: Final = re.compile(r"[\w+-][\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
WEB: Final = re.compile(
    r"(?:https?://(?:www\.)?|www\.)[\w.-]{1,253}(?::[0-9]{1,5})?(?:/(?:[\w.~%+/-]{0,256}[\w/])?)?(?:[?#][\w.~%+=&/-]{0,256}[\w])?"
    rf"|{HOST}(?:/(?:[\w.~%+/-]{{0,256}}[\w/])?)?"
)
_SCHEME: Final = re.compile(r"^(?:https?://)?(?:www\.)?")
_PART: Final = re.compile(r"[0-9]{1,64}|[^\W\d_]{1,256}|.", re.DOTALL)


def _spelled(address: str, manner: Manner) -> str:
    words = manner.tongue.words
    signs = {
        "@": words.at, ".": words.dot, "/": words.slash, "-": words.dash, "_": words.underscore, "+": words.plus,
        "=": words.equals, "&": words.and_, ":": " ", "~": " ", "?": " ", "#": " ", "%": " ",
    }  # fmt: skip
    said = (_digits(part, manner) if part.isdigit() else signs.get(part, part) for part in _PART.findall(address))
    return " ".join(" ".join(said).split())


def _digits(digits: str, manner: Manner) -> str:
    if not digits.isascii():
        return digits
    return manner.tongue.cardinal(int(digits)) if len(digits) < 3 and digits[0] != "0" else manner.tongue.digits(digits)


def _say_mail(found: re.Match[str], manner: Manner) -> str:
    return _spelled(found[0], manner)


def _say_web(found: re.Match[str], manner: Manner) -> str:
    """Host and path; what stands behind a question mark or a hash nobody could write down."""
    plain = _SCHEME.sub("", re.split(r"[?#]", found[0], maxsplit=1)[0]).rstrip("/")
    return _spelled(plain, manner)


ADDRESSES: Final = (Rule(MAIL, _say_mail), Rule(WEB, _say_web))
