"""What stays of a call after the end: its recording, and its page beside it."""

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from simulator.demo.clients import Gateway

SETTLE_S: Final = 10.0
"""How long the gateway may take to finish a call whose line is closed, recording included."""
_LINK: Final = re.compile(r'src="[^"]*/blobs/[^"]*"')


async def settled(gateway: Gateway, call_id: str) -> dict[str, Any]:
    """The call once it has ended and its recording is there, or as it is when that takes too long."""
    call = await gateway.call(call_id)
    for _ in range(int(SETTLE_S / 0.25)):
        if call["state"] == "ended" and (call["recording"] or call["answered_at"] is None):
            break
        await asyncio.sleep(0.25)
        call = await gateway.call(call_id)
    return call


async def keep_recording(gateway: Gateway, call: dict[str, Any], *, folder: Path) -> Path | None:
    """Download it; None when the gateway has none."""
    if not call["recording"]:
        return None
    suffix = Path(call["recording"].partition("?")[0]).suffix
    path = folder / f"recording{suffix}"
    path.write_bytes(await gateway.download(call["recording"]))
    return path


async def keep_page(gateway: Gateway, call: dict[str, Any], *, folder: Path, recording: Path | None) -> Path:
    """The call's page, playing the recording that lies beside it."""
    path = folder / "call.html"
    path.write_text(detached(await gateway.text(f"/calls/{call['id']}"), recording), encoding="utf-8")
    return path


def detached(page: str, recording: Path | None) -> str:
    """The page without links to the gateway that served it."""
    return _LINK.sub(f'src="{recording.name}"', page) if recording else page
