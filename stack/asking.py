"""How one asks a process over HTTP whether it is ready, with the standard library only."""

import asyncio
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

TIMEOUT_S: Final = 2.0
_READ: Final = 4096
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 when nobody answered; `text` is what a person may be shown of it."""

    status: int
    text: str


async def ask(url: str) -> Answer:
    """GET, following nothing."""
    return await asyncio.to_thread(_ask, url)


def _ask(url: str) -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", parts.path or "/", headers={"Connection": "close"})
        response = connection.getresponse()
        body = " ".join(response.read(_READ).decode(errors="replace").split())
        return Answer(response.status, f"{response.status} {body[:_SHOWN]}".strip())
    except (OSError, HTTPException) as error:
        return Answer(0, f"nothing ({type(error).__name__})")
    finally:
        connection.close()
