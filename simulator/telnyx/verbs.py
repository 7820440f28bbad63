"""What each REST command does to a leg."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from simulator.audio.speech import speech
from simulator.audio.wav import read_ulaw
from simulator.telnyx.calls import Leg, LegState
from simulator.telnyx.endings import BRIDGE_CANCELLED, CANCELLED, HUNG_UP, REJECTED
from simulator.telnyx.errors import invalid_command, missing, refuse
from simulator.telnyx.playout import Track
from simulator.telnyx.recording import begin_recording
from simulator.telnyx.requests import Body, check_digits, check_number, check_speech, stream_options
from simulator.world import World

Result = dict[str, Any]
_DOWNLOAD_S: Final = 5.0
_LARGEST: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command on one leg, checked as far as all commands are."""

    world: World
    leg: Leg
    body: Body


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: what must be in it, and whether it makes sense before the answer."""

    handler: Callable[[Order], Awaitable[Result]]
    required: tuple[str, ...] = ()
    before_answer: bool = False


async def answer(order: Order) -> Result:
    if order.leg.direction == "outgoing":
        raise invalid_command("An outgoing call can't be answered.")
    if order.leg.state is not LegState.PARKED:
        raise invalid_command("The call has already been answered.")
    order.leg.inline_stream = stream_options(order.body)
    order.leg.record_on_answer = dict(order.body) if order.body.get("record") else None
    order.world.carrier.picked_up(order.leg)
    return {"recording_id": order.leg.recordings[-1].id} if order.leg.recordings else {}


async def reject(order: Order) -> Result:
    if order.leg.state is not LegState.PARKED:
        raise invalid_command("Only an incoming call that rings can be rejected.")
    order.world.carrier.end(order.leg, REJECTED[order.body["cause"]])
    return {}


async def hangup(order: Order) -> Result:
    order.world.carrier.end(order.leg, CANCELLED if order.leg.state is LegState.RINGING else HUNG_UP)
    return {}


async def speak(order: Order) -> Result:
    text = check_speech(order.body)
    if "stop" in order.body:
        _silence(order, str(order.body["stop"]))
    audio = speech(text, voice=str(order.body["voice"]))
    spoken = order.world.tts_spoken.begin(text, speaker="carrier", call=order.leg.id)
    spoken.append(audio)
    spoken.end()
    _play(order, audio, event="call.speak", named={})
    return {}


async def playback_start(order: Order) -> Result:
    audio = await _sound(order.world, order.body)
    if "stop" in order.body:
        _silence(order, str(order.body["stop"]))
    loop = order.body.get("loop", 1)
    times = loop if isinstance(loop, int) and 1 <= loop <= 100 else 100
    named = {"media_url": order.body.get("audio_url"), "overlay": bool(order.body.get("overlay", False))}
    _play(order, audio * times, event="call.playback", named=named)
    return {}


async def playback_stop(order: Order) -> Result:
    _silence(order, str(order.body.get("stop", "all")))
    return {}


async def transcription_start(order: Order) -> Result:
    if order.leg.transcribing:
        raise refuse(422, "90054", title="Call transcription is already in progress")
    order.leg.transcribing = True
    return {}


async def transcription_stop(order: Order) -> Result:
    if not order.leg.transcribing:
        raise refuse(422, "90055", title="Call transcription can't be stopped", detail="It is not in progress.")
    order.leg.transcribing = False
    return {}


async def streaming_start(order: Order) -> Result:
    options = stream_options(order.body)
    if options is None:
        raise missing("stream_url")
    if order.leg.stream is not None and not order.leg.stream.closed:
        raise refuse(422, "90045", title="Media streaming is already in use")
    order.world.carrier.open_stream(order.leg, options)
    return {}


async def streaming_stop(order: Order) -> Result:
    if order.leg.stream is None or order.leg.stream.closed:
        raise refuse(422, "90048", title="Media streaming is not in use")
    order.world.tasks.start(order.leg.stream.finish(stop_frame=True), "streaming_stop")
    return {}


async def transfer(order: Order) -> Result:
    """A second leg rings; when it is answered both are connected, else the first lives on."""
    carrier = order.world.carrier
    number = check_number(order.body, "to")
    other = carrier.make_leg(
        "outgoing",
        sender=str(order.body.get("from") or order.leg.sender),
        to=number,
        script=carrier.script_for(number),
        call_session_id=order.leg.call_session_id,
        connection_id=order.leg.connection_id,
        webhook_url=order.body.get("webhook_url") or order.leg.webhook_url,
        client_state=order.body.get("target_leg_client_state"),
    )
    carrier.initiated(other)
    ringing = carrier.ring(other, timeout_s=float(order.body.get("timeout_secs", 30)))
    order.world.tasks.start(_connect(order, other, ringing=ringing), "transfer")
    return {}


async def send_dtmf(order: Order) -> Result:
    order.leg.digits_received += check_digits(order.body).replace("w", "").replace("W", "")
    return {}


async def record_start(order: Order) -> Result:
    order.leg.recordings.append(begin_recording(order.leg.tape, order.body))
    return {}


async def record_stop(order: Order) -> Result:
    wanted = order.body.get("recording_id")
    for recording in order.leg.recordings:
        if recording.end is None and wanted in (None, recording.id):
            order.world.carrier.save_recording(order.leg, recording)
    return {}


async def client_state_update(order: Order) -> Result:
    """The client state of any command is kept; this one does nothing else."""
    return {}


VERBS: Final[dict[str, Verb]] = {
    "answer": Verb(answer, before_answer=True),
    "reject": Verb(reject, ("cause",), before_answer=True),
    "hangup": Verb(hangup, before_answer=True),
    "speak": Verb(speak, ("payload", "voice")),
    "playback_start": Verb(playback_start),
    "playback_stop": Verb(playback_stop),
    "transcription_start": Verb(transcription_start),
    "transcription_stop": Verb(transcription_stop),
    "streaming_start": Verb(streaming_start),
    "streaming_stop": Verb(streaming_stop),
    "transfer": Verb(transfer, ("to",)),
    "send_dtmf": Verb(send_dtmf, ("digits",)),
    "record_start": Verb(record_start, ("format", "channels")),
    "record_stop": Verb(record_stop),
    "client_state_update": Verb(client_state_update, ("client_state",), before_answer=True),
}


def _play(order: Order, audio: bytes, *, event: str, named: Result) -> None:
    webhooks = order.world.carrier.webhooks

    def started() -> None:
        webhooks.send(order.leg, f"{event}.started", **named)

    def ended(status: str) -> None:
        webhooks.send(order.leg, f"{event}.ended", **named, status=status)

    order.leg.player.add(Track(audio=audio, started=started, ended=ended))


def _silence(order: Order, what: str) -> None:
    if not order.leg.player.idle:
        order.leg.record.cleared(order.world.now())
        order.leg.ears.cleared()
    order.leg.player.stop("cancelled", everything=what != "current")


async def _sound(world: World, body: Body) -> bytes:
    """The sound of a playback command. Raises Refused: 10004 when it names none, 90040 when it cannot be had."""
    try:
        if content := body.get("playback_content"):
            return read_ulaw(base64.b64decode(str(content), validate=True))
        if not (address := body.get("audio_url")):
            raise missing("audio_url")
        timeout = aiohttp.ClientTimeout(total=_DOWNLOAD_S)
        async with world.http.get(str(address), timeout=timeout) as response:
            response.raise_for_status()
            return read_ulaw(await response.content.read(_LARGEST))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise refuse(400, "90040", title="Failed to download the audio file", detail=str(error)) from error


async def _connect(order: Order, other: Leg, *, ringing: "asyncio.Task[None]") -> None:
    await ringing
    if not order.leg.answered:
        order.world.carrier.end(other, BRIDGE_CANCELLED)
    elif other.answered:
        order.leg.partner, other.partner = other, order.leg
        for one in (order.leg, other):
            order.world.carrier.webhooks.send(one, "call.bridged", **one.parties())
