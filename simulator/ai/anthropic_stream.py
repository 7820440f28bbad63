"""How a reply goes out as server-sent events: at which pace, and how it can break off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web

from simulator.ai.anthropic_events import Piece, block_start, block_stop, ending, error_body, sse
from simulator.ai.connection import Connection
from simulator.ai.limits import AiLimits
from simulator.faults import Fault
from simulator.stage_links import Question
from simulator.world import World

_STALL_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All of a reply: its pieces in order, the content blocks they belong to, why it ends."""

    pieces: tuple[Piece, ...]
    blocks: tuple[Mapping[str, Any], ...]
    stop_reason: str
    stop_sequence: str | None = None

    @property
    def stop(self) -> dict[str, Any]:
        stop: dict[str, Any] = {"stop_reason": self.stop_reason, "stop_sequence": self.stop_sequence}
        if self.stop_reason == "refusal":
            stop["stop_details"] = {"type": "refusal", "category": None, "explanation": None}
        return stop

    def cut(self, pieces: int, reason: str, *, stop_sequence: str | None = None) -> "Answer":
        """The first `pieces` of it; blocks that have not begun by then are left out."""
        kept = self.pieces[:pieces]
        begun = kept[-1].index + 1 if kept else 0
        return replace(self, pieces=kept, blocks=self.blocks[:begun], stop_reason=reason, stop_sequence=stop_sequence)

    def disturbed(self, fault: Fault | None) -> "Answer":
        """Under a `refusal` or a `max_tokens` fault; the latter hits inside the arguments of a tool if there is one."""
        if fault is None or fault.kind not in ("refusal", "max_tokens"):
            return self
        place = int(fault.number("after_tokens", 0 if fault.kind == "refusal" else 3))
        if fault.kind == "max_tokens":
            inside = [index for index, piece in enumerate(self.pieces) if piece.is_json]
            place = inside[len(inside) // 2] if inside else place
        return self.cut(place, fault.kind)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request that is being answered."""

    world: World
    limits: AiLimits
    connection: Connection
    request_id: str
    question: Question | None
    """None for a request that only warms the cache."""

    async def stream(self, envelope: Mapping[str, Any], answer: Answer) -> web.StreamResponse:
        """Send the reply. Raises ConnectionError when the client leaves."""
        fault = self.world.faults.take("anthropic.stream") if self.question is not None else None
        answer = answer.disturbed(fault)
        began = self.world.now()
        response = await self.connection.open(self.request_id)
        await self.connection.write(sse({"type": "message_start", "message": envelope}) + sse({"type": "ping"}))
        await self._think(began)
        if await self._pieces(answer, fault):
            await self.connection.write(ending(answer.stop, len(answer.pieces)))
            await response.write_eof()
        return response

    async def _pieces(self, answer: Answer, fault: Fault | None) -> bool:
        """False when a fault ended the stream. Token times are sums of pauses, so that late wake-ups do not add up."""
        breaks_at = min(int(fault.number("after_tokens", 3)), len(answer.pieces) - 1) if fault is not None else -1
        due = self.world.now()
        block = -1
        for number, piece in enumerate(answer.pieces):
            if fault is not None and number == breaks_at and await self._broken(fault):
                return False
            await self.connection.wait_until(due)
            due += self.world.delay_s("llm_token_ms")
            change = b""
            if piece.index != block:
                change = block_stop(block) if block >= 0 else b""
                block = piece.index
                change += block_start(block, answer.blocks[block])
            await self.connection.write(change + piece.event)
            if self.question is not None and not piece.is_json:
                self.world.stages.brain_token(self.question, piece.text, at=self.world.now())
        if block >= 0:
            await self.connection.write(block_stop(block))
        return True

    async def _think(self, began: float) -> None:
        """Until the first token; a client that waits long gets pings."""
        until = began + self.world.delay_s("llm_first_token_ms")
        while until - self.world.now() > self.limits.anthropic_ping_s:
            await self.connection.wait_until(self.world.now() + self.limits.anthropic_ping_s)
            await self.connection.write(sse({"type": "ping"}))
        await self.connection.wait_until(until)

    async def _broken(self, fault: Fault) -> bool:
        """Let the fault happen; True when the stream is over."""
        match fault.kind:
            case "error_event":
                kind = fault.text("type", "overloaded_error")
                await self.connection.write(sse(error_body(kind, "Overloaded", request_id=self.request_id)))
                return True
            case "cut":
                self.connection.cut()
                return True
            case "garbage":
                await self.connection.write(b'event: content_block_delta\ndata: {"type":"content_block_delta","del\n\n')
            case "stall":
                await self.connection.wait_until(self.world.now() + fault.number("seconds", _STALL_S))
        return False
