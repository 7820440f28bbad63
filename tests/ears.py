"""What an ear tells, one after the other."""

import asyncio
from collections.abc import AsyncIterator

from control_plane.ports.hearing import Ear, Heard, Listening


async def heard_by(ear: Ear) -> AsyncIterator[Heard | Listening]:
    """Until the ear is closed. Raises what `Ear.listen` does, after what was told before."""
    events: asyncio.Queue[Heard | Listening] = asyncio.Queue()
    listening = asyncio.ensure_future(ear.listen(events.put_nowait))
    try:
        while True:
            next_one = asyncio.ensure_future(events.get())
            await asyncio.wait([next_one, listening], return_when=asyncio.FIRST_COMPLETED)
            if not next_one.done():
                next_one.cancel()
                break
            yield next_one.result()
        await listening
    finally:
        listening.cancel()
