"""The description of the API, for programs and as pages for people."""

import asyncio
from pathlib import Path
from typing import Any, Final

import orjson
from quart import Blueprint, Response, current_app, render_template, request, send_from_directory
from quart.blueprints import BlueprintSetupState

from control_plane.web.errors import problem

FILES: Final = Path(__file__).parents[2] / "dashboard" / "dist" / "docs"
"""What the pages are drawn with, where the dashboard was built beside this program. The web server in front has its
own."""

KEY: Final = "centralita.description"

blueprint = Blueprint("docs", __name__, template_folder="templates")


class Described:
    """The description, written once: no route comes or goes while the process lives."""

    def __init__(self) -> None:
        self._once = asyncio.Lock()
        self._text = b""

    async def text(self, app: Any) -> bytes:
        async with self._once:
            if not self._text:
                # In a thread: it takes longer than many frames of audio last.
                self._text = await asyncio.to_thread(_written, app)
        return self._text


@blueprint.record_once
def _remember(state: BlueprintSetupState) -> None:
    state.app.extensions[KEY] = Described()


@blueprint.get("/openapi.json")
async def openapi() -> Response:
    """OpenAPI 3.1."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    response = Response(await current_app.extensions[KEY].text(app), content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    await response.add_etag()
    return await response.make_conditional(request)


@blueprint.get("/docs")
async def docs() -> str:
    """A page that draws the description; without its files it says where they come from."""
    return await render_template("docs.html")


@blueprint.get("/docs/<name>")
async def file(name: str) -> Any:
    """A file of the page."""
    if not (FILES / name).is_file():
        return problem(404, "not_found", title="Not Found", detail="python3 scripts/dashboard.py makes these files.")
    response = await send_from_directory(FILES, name)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _written(app: Any) -> bytes:
    return orjson.dumps(app.extensions["QUART_SCHEMA"].openapi_provider.schema())
