"""The record of a conversation: turns into the store, words and interruptions onto the bus."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import Histogram

from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.observability.tracing import Tracing
from control_plane.ports.infrastructure import Bus, BusMessage, Clock
from control_plane.ports.stores import CallStore, StoreUnavailable, TurnRecord
from control_plane.services.conversation.reply import Draft
from control_plane.services.conversation.turn_spans import SpokenTurn, turn_span
from control_plane.services.supervisor import Supervisor

log = get_logger("turns")

SETTLE_S: Final = 2.0
"""So long the end of a conversation waits for its turns; the saving itself goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLogParts:
    """Where turns go."""

    store: CallStore
    bus: Bus
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    tracing: Tracing = field(default_factory=Tracing)
    stages: dict[str, Histogram] = field(default_factory=dict, init=False)
    """The histogram of each stage: to look one up by its label costs more than to measure with it."""

    def stage(self, name: str) -> Histogram:
        found = self.stages.get(name)
        if found is None:
            found = self.stages[name] = self.metrics.turn_stage_seconds.labels(stage=name)
        return found


class TurnLog:
    """Numbers the turns of one call and keeps them in order, without making the conversation wait."""

    def __init__(self, call_id: str, parts: TurnLogParts, *, tenant_id: str, next_index: int = 0) -> None:
        self._call_id = call_id
        self._tenant_id = tenant_id
        self._parts = parts
        self._next = next_index
        self._unanswered = ""
        self._order = asyncio.Lock()
        self._newest: asyncio.Task[None] | None = None

    def caller(self, text: str) -> None:
        """The caller's turn was committed. One that goes on before it was answered replaces its beginning."""
        now = self._parts.clock.wall()
        goes_on = bool(self._unanswered) and text.startswith(self._unanswered)
        index = self._next - 1 if goes_on else self._take_index()
        self._unanswered = text
        self._keep(
            TurnRecord(
                call_id=self._call_id,
                index=index,
                speaker="caller",
                text=text,
                heard=text,
                started_at=now,
                ended_at=now,
            )
        )

    def agent_began(self) -> None:
        """The reply is audible: what the caller says from now on is a turn of its own."""
        self._unanswered = ""

    def agent_says(self, clause: str) -> None:
        """A clause was handed to the mouth."""
        self._publish("call.words", {"speaker": "agent", "pii_text": clause})

    def caller_says(self, text: str) -> None:
        """What is understood so far of the caller's turn."""
        self._publish("call.words", {"speaker": "caller", "pii_text": text})

    def agent(self, draft: Draft, heard: str, *, timing: TurnTiming, began_at: float) -> None:
        """A reply is over: spoken to its end, or cut off after `heard`. `began_at` in unix seconds."""
        self._unanswered = ""
        durations = timing.durations_ms()
        self._measure(durations)
        turn = SpokenTurn(timing=timing, draft=draft, heard=heard, began_at=began_at, index=self._next)
        self._measure_heard(turn)
        self._trace(turn)
        self._keep(
            TurnRecord(
                call_id=self._call_id,
                index=self._take_index(),
                speaker="agent",
                text=draft.text,
                heard=heard,
                started_at=began_at,
                ended_at=self._parts.clock.wall(),
                interrupted=heard != draft.text,
                timing=durations,
                tools=[{"name": tool.name, "arguments": dict(tool.arguments)} for tool in draft.tools],
            )
        )

    def _measure(self, durations: Mapping[str, float]) -> None:
        exemplar = self._parts.tracing.exemplar(self._call_id)
        for stage, milliseconds in durations.items():
            if stage == "total":
                self._parts.metrics.turn_total_seconds.observe(milliseconds / 1000, exemplar)
            else:
                self._parts.stage(stage).observe(milliseconds / 1000, exemplar)

    def _measure_heard(self, turn: SpokenTurn) -> None:
        first_frame = turn.timing.at(Stage.FIRST_FRAME)
        if first_frame is None or not turn.heard:
            return
        self._parts.metrics.replies_total.labels(outcome="cut_off" if turn.cut_off else "whole").inc()
        self._parts.metrics.reply_heard_seconds.observe(self._parts.clock.steady() - first_frame)

    def _trace(self, turn: SpokenTurn) -> None:
        tracing, clock = self._parts.tracing, self._parts.clock
        if tracing.sampled(self._call_id):
            span = turn_span(turn, self._call_id, steady=clock.steady(), wall=clock.wall(), about=tracing.about)
            tracing.part(self._call_id, span)

    def barge_in(self, outcome: str) -> None:
        """The caller interrupted: `paused`, then `resumed` or `cut_off`."""
        self._publish("call.barge_in", {"outcome": outcome})

    def _take_index(self) -> int:
        index, self._next = self._next, self._next + 1
        return index

    def _keep(self, turn: TurnRecord) -> None:
        self._publish(
            "call.turn",
            {
                "index": turn.index,
                "speaker": turn.speaker,
                "pii_text": turn.text,
                "pii_heard": turn.heard,
                "interrupted": turn.interrupted,
                "timing": dict(turn.timing),
            },
        )
        self._newest = self._parts.supervisor.spawn(self._save(turn), "save turn")

    async def _save(self, turn: TurnRecord) -> None:
        async with self._order:
            try:
                await self._parts.store.save_turn(turn)
            except StoreUnavailable as error:
                log.error("turn not stored", index=turn.index, error=str(error))

    async def settled(self) -> None:
        """Wait until the turns given so far are stored, the newest being the last."""
        if self._newest is not None:
            await asyncio.wait([self._newest], timeout=SETTLE_S)

    def _publish(self, topic: str, body: dict[str, Any]) -> None:
        message = BusMessage(topic=topic, call_id=self._call_id, body=body, tenant_id=self._tenant_id)
        self._parts.bus.publish(message)
