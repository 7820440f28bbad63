"""An echo call, held as Telnyx would: it opens the media socket, speaks in messages of 20 ms and plays what comes."""

import asyncio
import ssl
from typing import Any, Final

import orjson
import pybase64
from picows import WSError, WSInvalidStatusError

from control_plane.adapters.provider_socket import ProviderSocket, SocketLost, SocketTimings
from control_plane.adapters.sockets import connect
from control_plane.core.audio.frames import FRAME_MS, SAMPLE_RATE
from control_plane.core.doctor.echo import FRAMES, EchoMeter, EchoResult, frame
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.probes import Unreachable

CONNECT_S: Final = 5.0
CLOSE_S: Final = 1.0
STREAM: Final = "doctor"

_TIMINGS: Final = SocketTimings(connect=CONNECT_S, send=CONNECT_S, close=CLOSE_S)
_MESSAGE_BYTES: Final = 2**20


async def hold(url: str, *, clock: Clock, trust: ssl.SSLContext | None) -> EchoResult:
    """About four seconds. `trust` is None for an address without encryption. Raises Unreachable."""
    meter = EchoMeter()
    socket = ProviderSocket("gateway", timings=_TIMINGS, max_size=_MESSAGE_BYTES)
    try:
        await _open(socket, url, trust=trust)
        await _speak_and_listen(socket, meter, clock=clock)
        await socket.close()
    finally:
        socket.abandon()
    return meter.result()


async def _open(socket: ProviderSocket, url: str, *, trust: ssl.SSLContext | None) -> None:
    try:
        async with asyncio.timeout(CONNECT_S):
            await connect(socket, url, headers={}, trust=trust)
    except WSInvalidStatusError as error:
        raise Unreachable(f"answered {int(error.response.status) if error.response else 0}") from error
    except (WSError, OSError, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
    if not socket.usable:
        _tell_refusal(socket)
        raise Unreachable("hung up")


async def _speak_and_listen(socket: ProviderSocket, meter: EchoMeter, *, clock: Clock) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(_listen(socket, meter, clock=clock))
            await _speak(socket, meter, clock=clock)
            listening.cancel()
    except* (SocketLost, ProviderError):
        pass
    _tell_refusal(socket)


def _tell_refusal(socket: ProviderSocket) -> None:
    """Who is turned away is told so by a code of ours; an end after some sound is left to the meter."""
    code = socket.ended.code if socket.ended is not None else None
    if code is not None and code >= 4000:
        raise Unreachable(f"turned away with {code}")


async def _speak(socket: ProviderSocket, meter: EchoMeter, *, clock: Clock) -> None:
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


async def _listen(socket: ProviderSocket, meter: EchoMeter, *, clock: Clock) -> None:
    while True:
        message = await socket.recv()
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


async def _send(socket: ProviderSocket, message: dict[str, Any]) -> None:
    await socket.send(orjson.dumps(message).decode())
