"""The gateway that serves the current request."""

from typing import cast

from quart import Quart, current_app

from control_plane.services.gateway import Gateway

KEY = "centralita.gateway"


def attach(app: Quart, gateway: Gateway) -> None:
    """Make the gateway reachable for the app's handlers."""
    app.extensions[KEY] = gateway


def gateway() -> Gateway:
    return cast(Gateway, current_app.extensions[KEY])
