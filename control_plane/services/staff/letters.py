"""The words of letters that invite people."""

from dataclasses import dataclass
from typing import Final

from control_plane.ports.mail import Mail

HOUSE: Final = "Centralita"
"""What a tenant without a name is called."""

SUBJECT: Final = {
    "es": "Invitación a {tenant}",
    "en": "Invitation to {tenant}",
}
TEXT: Final = {
    "es": """\
Hola:

{inviter} te invita a trabajar con {tenant} en la centralita telefónica.

Acepta la invitación y elige tu contraseña aquí:

{link}

El enlace sirve una sola vez y caduca a los 7 días. Si no esperabas esta invitación, ignora este mensaje.
""",
    "en": """\
Hello,

{inviter} invites you to work with {tenant} on the telephone gateway.

Accept the invitation and choose your password here:

{link}

The link works once, for 7 days. If you did not expect this invitation, ignore this message.
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an invitation says."""

    to: str
    language: str
    tenant: str
    inviter: str
    link: str

    def letter(self) -> Mail:
        """In Spanish, unless English is wanted."""
        language = self.language if self.language in TEXT else "es"
        tenant = self.tenant or HOUSE
        return Mail(
            to=self.to,
            subject=SUBJECT[language].format(tenant=tenant),
            text=TEXT[language].format(tenant=tenant, inviter=self.inviter or tenant, link=self.link),
        )
