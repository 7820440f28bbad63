"""Which settings the sidecar has: the only place in it that reads the environment."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

VARIABLES: Mapping[str, str] = {"host": "METRICS_HOST", "port": "METRICS_PORT"}


class SidecarSettings(BaseModel):
    """Where the sidecar listens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=3009, ge=1, le=65535)

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the environment; an empty variable counts as not set. Raises pydantic's ValidationError."""
        places = os.environ if env is None else env
        return cls.model_validate({field: places[name] for field, name in VARIABLES.items() if places.get(name)})
