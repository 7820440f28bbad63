"""The carrier's own transcription of what the party says, in webhook mode."""

import asyncio

from simulator.caller.mouth import Utterance
from simulator.telnyx.calls import Leg
from simulator.world import World


async def transcribe(world: World, leg: Leg, *, utterance: Utterance, final: bool) -> None:
    """An interim result halfway through the utterance, which begins now, or a final one: it is over."""
    words = utterance.text.split()
    if final:
        await asyncio.sleep(world.delays.telnyx_transcription_s)
    else:
        await asyncio.sleep(len(utterance.audio) / 16000)
    if not (leg.answered and leg.transcribing):
        return
    world.carrier.webhooks.send(
        leg,
        "call.transcription",
        transcription_data={
            "transcript": utterance.text if final else " ".join(words[: max(1, len(words) // 2)]),
            "confidence": 0.97 if final else 0.8,
            "is_final": final,
            "transcription_track": "inbound",
        },
    )
