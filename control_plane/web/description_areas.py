"""Under which heading an operation stands in the description of the API."""

import sys
from collections.abc import Callable
from typing import Any, Final

from quart import Blueprint

from control_plane.web import operation

OF_BLUEPRINT: Final[dict[str, str]] = {
    "call_list": "Calls",
    "calls": "Calls",
    "recordings": "Calls",
    "sessions": "Sessions",
    "callbacks": "Callbacks",
    "overview": "Watching",
    "events": "Watching",
    "providers": "Watching",
    "figures": "Watching",
    "alerts": "Alerts",
    "doctor": "Doctor",
    "auth": "Signing in",
    "auth_account": "Signing in",
    "health": "Health",
    "contact_book": "Contacts",
    "do_not_call": "Do not call",
    "list_members": "Lists",
    "import_files": "Imports",
    "stock": "Products",
    "seller_work": "Sellers",
    "order_flow": "Orders",
    "bot_actions": "Bots",
    "bots_at_work": "Bots",
    "flow_actions": "Flows",
    "key_secrets": "Keys",
    "staff": "Users",
    "outbound": "Webhooks",
    "tenant_settings": "Settings",
    "call_notes": "Calls",
}
"""Headings of blueprints; of the others, their name."""

ABOUT: Final[dict[str, str]] = {
    "Signing in": "Pages exchange a password for cookies that scripts cannot read, programs for tokens.",
    "Calls": "Calls are placed, looked at, acted upon and exported here.",
    "Sessions": "The conversation of a call, under names that existing clients use.",
    "Callbacks": "Callers whom nobody answered: told by the sidecar, listed, called back.",
    "Watching": "How the day goes, what happens now, how the providers do.",
    "Alerts": "Alerts, their rules, silences and channels.",
    "Doctor": "Examinations of the installation: what is wrong, and what to do about it.",
    "Health": "Is the process alive, is it ready for calls, what does it measure.",
}
"""What is said under a heading, in the order in which the headings stand; others follow by name."""


def of(handler: Callable[..., Any], blueprint: Blueprint | None) -> tuple[str, str]:
    """The heading, and what is said under it."""
    said: tuple[str, str] | None = getattr(handler, operation.AREA, None)
    if said is not None:
        return said
    if blueprint is None:
        return "Other", "What belongs to nothing else."
    name = OF_BLUEPRINT.get(blueprint.name) or blueprint.name.replace("_", " ").capitalize()
    return name, ABOUT.get(name) or _first_line(blueprint.import_name)


def tags(found: dict[str, str]) -> list[dict[str, str]]:
    """The headings that have operations, as the description lists them."""
    known = list(ABOUT)
    names = sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))
    return [{"name": name, "description": found[name]} for name in names]


def _first_line(module: str) -> str:
    said = getattr(sys.modules.get(module), "__doc__", None) or ""
    return said.partition("\n")[0]
