"""An echo call, held as Telnyx would: it opens the media socket, speaks in messages of 20 ms and plays what comes."""

import asyncio
import ssl
from typing import Any, Final

import orjson
import pybase64
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from control_plane.core.audio.frames import FRAME_MS, SAMPLE_RATE
from control_plane.core.doctor.echo import FRAMES, EchoMeter, EchoResult, frame
from control_plane.ports.infrastructure import Clock
from control_plane.ports.probes import Unreachable

CONNECT_S: Final = 5.0
CLOSE_S: Final = 1.0
STREAM: Final = "doctor"


async def hold(url: str, *, clock: Clock, trust: ssl.SSLContext | None) -> EchoResult:
    """About four seconds. `trust` is None for an address without encryption. Raises Unreachable."""
    meter = EchoMeter()
    try:
        async with asyncio.timeout(CONNECT_S):
            socket = await connect(url, ssl=trust, compression=None, open_timeout=None, close_timeout=CLOSE_S)
    except InvalidStatus as error:
        raise Unreachable(f"answered {error.response.status_code}") from error
    except (InvalidHandshake, InvalidURI, OSError, TimeoutError) as error:
        raise Unreachable(type(error).__name__) from error
    try:
        await _speak_and_listen(socket, meter, clock=clock)
    finally:
        await socket.close()
    return meter.result()


async def _speak_and_listen(socket: ClientConnection, meter: EchoMeter, *, clock: Clock) -> None:
    closed: list[BaseException] = []
    try:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(_listen(socket, meter, clock=clock))
            await _speak(socket, meter, clock=clock)
            listening.cancel()
    except* ConnectionClosed as group_closed:
        closed.extend(group_closed.exceptions)
    # Who is turned away is told so by a code of ours; an end after some sound is left to the meter.
    codes = [error.rcvd.code for error in closed if isinstance(error, ConnectionClosed) and error.rcvd is not None]
    if any(code >= 4000 for code in codes):
        raise Unreachable(f"turned away with {max(codes)}")


async def _speak(socket: ClientConnection, meter: EchoMeter, *, clock: Clock) -> None:
    await _send(socket, {"event": "connected", "version": "1.0.0"})
    await _send(socket, _start())
    begin = clock.steady()
    for number in range(FRAMES):
        await asyncio.sleep(max(0.0, begin + number * FRAME_MS / 1000 - clock.steady()))
        payload = pybase64.b64encode_as_string(frame(number))
        media = {"track": "inbound", "chunk": str(number + 1), "timestamp": str(number * FRAME_MS), "payload": payload}
        meter.said(number, clock.steady())
        await _send(socket, {"event": "media", "sequence_number": str(number + 2), "stream_id": STREAM, "media": media})
    await _send(socket, {"event": "stop", "stream_id": STREAM, "stop": {}})


async def _listen(socket: ClientConnection, meter: EchoMeter, *, clock: Clock) -> None:
    async for message in socket:
        now = clock.steady()
        try:
            content = orjson.loads(message)
            audio = pybase64.b64decode(content["media"]["payload"], validate=True)
        except (ValueError, KeyError, TypeError):
            continue  # marks and whatever else is no sound
        meter.heard(audio, now)


def _start() -> dict[str, Any]:
    media_format = {"encoding": "PCMU", "sample_rate": SAMPLE_RATE, "channels": 1}
    start = {"call_control_id": STREAM, "media_format": media_format}
    return {"event": "start", "sequence_number": "1", "stream_id": STREAM, "start": start}


async def _send(socket: ClientConnection, message: dict[str, Any]) -> None:
    async with asyncio.timeout(CONNECT_S):
        await socket.send(orjson.dumps(message).decode())
