"""The letters that signing in sends."""

from typing import Final

from control_plane.ports.mail import Mail

RESET: Final = {
    "en": (
        "A new password for Centralita",
        "Somebody asked for a new password for your account. Choose it here within one hour:\n\n{link}\n\n"
        "If it was not you, do nothing: your password stays as it is.\n",
    ),
    "es": (
        "Una nueva contraseña para Centralita",
        "Alguien pidió una nueva contraseña para su cuenta. Elíjala aquí en el plazo de una hora:\n\n{link}\n\n"
        "Si no fue usted, no haga nada: su contraseña sigue igual.\n",
    ),
}

CHANGED: Final = {
    "en": (
        "Your password was changed",
        "The password of your account at Centralita was just changed, and other devices were signed out.\n"
        "If it was not you, ask for a new password on the sign-in page at once.\n",
    ),
    "es": (
        "Su contraseña fue cambiada",
        "La contraseña de su cuenta en Centralita acaba de cambiar y se cerró la sesión en otros dispositivos.\n"
        "Si no fue usted, pida de inmediato una nueva contraseña en la página de entrada.\n",
    ),
}


def reset(to: str, *, language: str, link: str) -> Mail:
    return _letter(RESET, to, language=language, link=link)


def changed(to: str, *, language: str) -> Mail:
    return _letter(CHANGED, to, language=language, link="")


def _letter(texts: dict[str, tuple[str, str]], to: str, *, language: str, link: str) -> Mail:
    subject, text = texts["en" if language == "en" else "es"]
    return Mail(to=to, subject=subject, text=text.format(link=link))


WELCOME: Final = """\
+------------------------------------------------------------------------------+
  Nobody has an account here yet. Open this link to make yours (24 hours):
  Aún nadie tiene cuenta aquí. Abra este enlace para crear la suya (24 horas):

  {link}

+------------------------------------------------------------------------------+"""
"""For the terminal of whoever starts an installation without users."""
