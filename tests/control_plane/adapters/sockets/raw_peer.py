"""A provider at the other end of a websocket that does only what it is told, rules broken included."""

import asyncio
import base64
import hashlib
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PATIENCE_S = 5.0


class Wire:
    """One accepted connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.headers: dict[str, str] = {}
        self.path = ""

    async def asked(self) -> None:
        """Read the request."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.path = head[0].split(" ")[1]
        self.headers = dict(line.split(": ", 1) for line in head[1:] if line)

    async def answer(self, status: str, headers: Mapping[str, str], *, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.writer.write("\r\n".join(lines).encode() + body)
        await self.writer.drain()

    async def welcome(self) -> None:
        key = self.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + _KEY).digest()).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}
        await self.answer("101 Switching Protocols", upgrade)

    async def send(self, kind: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0) -> None:
        size = len(payload)
        head = bytes([fin << 7 | reserved << 4 | kind])
        if size < 126:
            head += bytes([size])
        else:
            head += struct.pack(">BH", 126, size) if size < 65536 else struct.pack(">BQ", 127, size)
        self.writer.write(head + payload)
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """The next frame, unmasked: its kind and what is in it."""
        async with asyncio.timeout(PATIENCE_S):
            first, second = await self._reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
            mask = await self._reader.readexactly(4)
            payload = await self._reader.readexactly(size)
        return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))

    async def until_end(self) -> None:
        """Until the other side is gone."""
        async with asyncio.timeout(PATIENCE_S):
            while await self._reader.read(65536):
                pass


class RawPeer:
    """Listens on the loopback; `taken` gives the connections in the order in which they come."""

    def __init__(self) -> None:
        self.wires: asyncio.Queue[Wire] = asyncio.Queue()
        self.url = ""

    async def taken(self) -> Wire:
        async with asyncio.timeout(PATIENCE_S):
            return await self.wires.get()

    async def welcomed(self) -> Wire:
        wire = await self.taken()
        await wire.asked()
        await wire.welcome()
        return wire


@asynccontextmanager
async def raw_peer(trust: ssl.SSLContext | None = None) -> AsyncIterator[RawPeer]:
    peer = RawPeer()
    writers: list[asyncio.StreamWriter] = []

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        peer.wires.put_nowait(Wire(reader, writer))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=trust)
    place = "wss://localhost" if trust else "ws://127.0.0.1"
    peer.url = f"{place}:{server.sockets[0].getsockname()[1]}/v1?model=one"
    try:
        yield peer
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
