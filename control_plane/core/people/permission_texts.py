"""What each permission means, in plain words."""

from dataclasses import dataclass
from typing import Final

from control_plane.core.people.permissions import ALL, AREAS, PERMISSIONS, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One permission, for people who choose scopes."""

    name: str
    en: str
    es: str


_READ: Final = {
    "analytics": ("See figures and reports", "Ver cifras e informes"),
    "audit": ("See who changed what", "Ver quién cambió qué"),
    "bots": ("See bots and their versions", "Ver los bots y sus versiones"),
    "calls": ("See calls, transcripts and recordings", "Ver llamadas, transcripciones y grabaciones"),
    "contacts": ("See contacts, lists and campaigns", "Ver contactos, listas y campañas"),
    "flows": ("See conversation flows", "Ver los flujos de conversación"),
    "keys": ("See which API keys there are", "Ver qué claves de API hay"),
    "numbers": ("See telephone numbers", "Ver los números de teléfono"),
    "orders": ("See orders", "Ver los pedidos"),
    "privacy": ("See requests about personal data", "Ver las solicitudes sobre datos personales"),
    "products": ("See products, prices and stock", "Ver productos, precios y existencias"),
    "sellers": ("See sellers", "Ver los vendedores"),
    "settings": ("See the settings of the company", "Ver los ajustes de la empresa"),
    "users": ("See who works here, and in which role", "Ver quién trabaja aquí y con qué rol"),
    "webhooks": ("See webhooks and what they were told", "Ver los webhooks y lo que se les envió"),
}
_WRITE: Final = {
    "analytics": ("Save reports", "Guardar informes"),
    "bots": ("Make, change and publish bots", "Crear, cambiar y publicar bots"),
    "calls": ("Place calls, hang up, transfer, speak", "Hacer llamadas, colgar, transferir, hablar"),
    "contacts": ("Change contacts, lists and campaigns", "Cambiar contactos, listas y campañas"),
    "flows": ("Make, change and publish flows", "Crear, cambiar y publicar flujos"),
    "keys": ("Make and revoke API keys", "Crear y revocar claves de API"),
    "numbers": ("Change telephone numbers", "Cambiar los números de teléfono"),
    "orders": ("Make and change orders", "Crear y cambiar pedidos"),
    "privacy": ("Export and erase personal data", "Exportar y borrar datos personales"),
    "products": ("Change products, prices and stock", "Cambiar productos, precios y existencias"),
    "sellers": ("Change sellers", "Cambiar los vendedores"),
    "settings": ("Change the settings of the company", "Cambiar los ajustes de la empresa"),
    "users": ("Invite, change and remove people", "Invitar, cambiar y quitar personas"),
    "webhooks": ("Make and change webhooks", "Crear y cambiar webhooks"),
}

MEANINGS: Final = tuple(
    Meaning(name=f"{area}:{verb}", en=texts[area][0], es=texts[area][1])
    for area in AREAS
    for verb, texts in (("read", _READ), ("write", _WRITE))
    if area in texts
)
"""All permissions of tenants, by area."""


def table() -> dict[Role, tuple[str, ...]]:
    """What each role may, in the order of MEANINGS."""
    order = [meaning.name for meaning in MEANINGS]
    return {role: tuple(name for name in order if name in PERMISSIONS[role] & ALL) for role in Role}
