"""The route of the carriers' webhooks, and the door in front of it that takes them."""

from typing import Any

from quart import Blueprint
from quart.blueprints import BlueprintSetupState

from control_plane.web import current
from control_plane.web.errors import problem
from control_plane.web.webhook_door import WebhookDoor

blueprint = Blueprint("webhooks", __name__)


@blueprint.post("/webhook/<carrier>")
async def webhook(carrier: str) -> Any:
    """What the door has left: it takes all that is for a carrier that there is."""
    return problem(404, "unknown_carrier", title="There is no such carrier")


@blueprint.record_once
def _open_door(state: BlueprintSetupState) -> None:
    app: Any = state.app
    app.asgi_app = WebhookDoor(app.asgi_app, app.extensions[current.KEY])
