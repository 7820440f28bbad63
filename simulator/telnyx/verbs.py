"""What each REST command does to a leg."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from simulator.audio.speech import speech
from simulator.audio.wav import UnplayableAudio, read_ulaw
from simulator.telnyx.calls import Leg, LegState
from simulator.telnyx.carrier import Carrier
from simulator.telnyx.endings import BRIDGE_CANCELLED, CANCELLED, HUNG_UP, REJECTED
from simulator.telnyx.errors import invalid_command, missing, refuse
from simulator.telnyx.playout import Track
from simulator.telnyx.recording import begin_recording
from simulator.telnyx.requests import Body, check_digits, check_number, check_speech, stream_options
from simulator.world import World

Result = dict[str, Any]
Handler = Callable[[World, Leg, Body], Awaitable[Result]]
_DOWNLOAD_S: Final = 5.0
_LARGEST: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: what must be in it, and whether it makes sense before the answer."""

    handler: Handler
    required: tuple[str, ...] = ()
    before_answer: bool = False


async def answer(world: World, leg: Leg, body: Body) -> Result:
    if leg.direction == "outgoing":
        raise invalid_command("An outgoing call can't be answered.")
    if leg.state is not LegState.PARKED:
        raise invalid_command("The call has already been answered.")
    leg.inline_stream = stream_options(body)
    leg.record_on_answer = dict(body) if body.get("record") else None
    world.carrier.picked_up(leg)
    return {"recording_id": leg.recordings[-1].id} if leg.recordings else {}


async def reject(world: World, leg: Leg, body: Body) -> Result:
    if leg.state is not LegState.PARKED:
        raise invalid_command("Only an incoming call that rings can be rejected.")
    world.carrier.end(leg, REJECTED[body["cause"]])
    return {}


async def hangup(world: World, leg: Leg, _: Body) -> Result:
    world.carrier.end(leg, CANCELLED if leg.state is LegState.RINGING else HUNG_UP)
    return {}


async def speak(world: World, leg: Leg, body: Body) -> Result:
    text = check_speech(body)
    if "stop" in body:
        _silence(world, leg, str(body["stop"]))
    audio = speech(text, voice=str(body["voice"]))
    spoken = world.tts_spoken.begin(text, speaker="carrier", call=leg.id)
    spoken.append(audio)
    spoken.end()
    _play(world.carrier, leg, audio, "call.speak", {})
    return {}


async def playback_start(world: World, leg: Leg, body: Body) -> Result:
    audio = await _sound(world, body)
    if "stop" in body:
        _silence(world, leg, str(body["stop"]))
    loop = body.get("loop", 1)
    times = loop if isinstance(loop, int) and 1 <= loop <= 100 else 100
    named = {"media_url": body.get("audio_url"), "overlay": bool(body.get("overlay", False))}
    _play(world.carrier, leg, audio * times, "call.playback", named)
    return {}


async def playback_stop(world: World, leg: Leg, body: Body) -> Result:
    _silence(world, leg, str(body.get("stop", "all")))
    return {}


async def transcription_start(_: World, leg: Leg, __: Body) -> Result:
    if leg.transcribing:
        raise refuse(422, "90054", "Call transcription is already in progress")
    leg.transcribing = True
    return {}


async def transcription_stop(_: World, leg: Leg, __: Body) -> Result:
    if not leg.transcribing:
        raise refuse(422, "90055", "Call transcription can't be stopped", detail="It is not in progress.")
    leg.transcribing = False
    return {}


async def streaming_start(world: World, leg: Leg, body: Body) -> Result:
    options = stream_options(body)
    if options is None:
        raise missing("stream_url")
    if leg.stream is not None and not leg.stream.closed:
        raise refuse(422, "90045", "Media streaming is already in use")
    world.carrier.open_stream(leg, options)
    return {}


async def streaming_stop(world: World, leg: Leg, _: Body) -> Result:
    if leg.stream is None or leg.stream.closed:
        raise refuse(422, "90048", "Media streaming is not in use")
    world.tasks.start(leg.stream.finish(stop_frame=True), "streaming_stop")
    return {}


async def transfer(world: World, leg: Leg, body: Body) -> Result:
    """A second leg rings; when it is answered both are connected, else the first lives on."""
    carrier = world.carrier
    number = check_number(body, "to")
    other = carrier.make_leg(
        "outgoing",
        sender=str(body.get("from") or leg.sender),
        to=number,
        script=carrier.script_for(number),
        call_session_id=leg.call_session_id,
        connection_id=leg.connection_id,
        webhook_url=body.get("webhook_url") or leg.webhook_url,
        client_state=body.get("target_leg_client_state"),
    )
    carrier.initiated(other)
    ringing = carrier.ring(other, timeout_s=float(body.get("timeout_secs", 30)))
    world.tasks.start(_connect(world, leg, other, ringing), "transfer")
    return {}


async def send_dtmf(_: World, leg: Leg, body: Body) -> Result:
    leg.digits_received += check_digits(body).replace("w", "").replace("W", "")
    return {}


async def record_start(_: World, leg: Leg, body: Body) -> Result:
    leg.recordings.append(begin_recording(leg.tape, body))
    return {}


async def record_stop(world: World, leg: Leg, body: Body) -> Result:
    wanted = body.get("recording_id")
    for recording in leg.recordings:
        if recording.end is None and wanted in (None, recording.id):
            world.carrier.save_recording(leg, recording)
    return {}


async def client_state_update(_: World, __: Leg, ___: Body) -> Result:
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


def _play(carrier: Carrier, leg: Leg, audio: bytes, event: str, named: dict[str, Any]) -> None:
    leg.player.add(
        Track(
            audio=audio,
            started=lambda: _tell(carrier, leg, f"{event}.started", named),
            ended=lambda status: _tell(carrier, leg, f"{event}.ended", {**named, "status": status}),
        )
    )


def _tell(carrier: Carrier, leg: Leg, event: str, payload: dict[str, Any]) -> None:
    carrier.webhooks.send(leg, event, **payload)


def _silence(world: World, leg: Leg, what: str) -> None:
    if not leg.player.idle:
        leg.record.cleared(world.now())
        leg.ears.cleared()
    leg.player.stop("cancelled", everything=what != "current")


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
    except (aiohttp.ClientError, TimeoutError, binascii.Error, UnplayableAudio) as error:
        raise refuse(400, "90040", "Failed to download the audio file", detail=str(error)) from error


async def _connect(world: World, leg: Leg, other: Leg, ringing: "asyncio.Task[None]") -> None:
    await ringing
    if not leg.answered:
        world.carrier.end(other, BRIDGE_CANCELLED)
    elif other.answered:
        leg.partner, other.partner = other, leg
        for one in (leg, other):
            world.carrier.webhooks.send(one, "call.bridged", **one.parties())
