"""Where the doctor looks: at the installation that `make up` runs beside it, unless the settings say otherwise."""

import json
import os
from typing import Any, Final

from control_plane.settings import Settings

FILE_NAME: Final = "addresses.json"
"""In DATA_DIR; written by the runner while it runs."""


def beside(settings: Settings) -> tuple[Settings, str]:
    """The settings with the sidecar of that installation, and its address (empty: there is none). What somebody has
    set stays."""
    told = _told(settings)
    if told is None:
        return settings, ""
    if "sidecar_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"sidecar_url": told["sidecar_url"]})
    return settings, "" if "webhook_base_url" in settings.model_fields_set else str(told["url"])


def _told(settings: Settings) -> dict[str, Any] | None:
    try:
        told = json.loads((settings.data_dir / FILE_NAME).read_text(encoding="utf-8"))
        os.kill(int(told["process"]), 0)
        return {"url": str(told["url"]), "sidecar_url": str(told["sidecar_url"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
