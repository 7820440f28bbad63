"""What an ended call was like at the caller's ear: worked out, counted, kept, and given to its turns."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from control_plane.core.audio.ear_report import EarReport, report
from control_plane.core.audio.ear_worst import Worst
from control_plane.core.audio.frames import FRAME_MS
from control_plane.core.turn.vad import VadGate
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.ears import EarRecord, EarStore
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import CallRecord, CallStore, StoreUnavailable, TurnRecord
from control_plane.services.media.ear_witness import EarLeg, EarWitness

log = get_logger("ears")

EARLY_MS: Final = 2 * FRAME_MS
"""The ear counts by frames, so that a reply may be audible a little before its turn says so."""
LATE_MS: Final = 500


class CallEar:
    """The ear of one call, from its first stream to its end; deaf without a keeper."""

    def __init__(self, call: CallRecord, keeper: "EarKeeper | None", *, clock: Clock) -> None:
        self._call = call
        self._keeper = keeper
        self._clock = clock
        self._witness: EarWitness | None = None

    def leg(self, gate: VadGate) -> EarLeg | None:
        """Who notes what is audible on another stream of the call."""
        if self._keeper is None:
            return None
        if self._witness is None:
            self._witness = EarWitness(began_at=self._call.answered_at or self._clock.wall(), clock=self._clock)
        return self._witness.leg(gate)

    async def keep(self) -> None:
        """The call is over, and all its turns are stored."""
        witness, self._witness = self._witness, None
        if witness is not None and self._keeper is not None:
            await self._keeper.keep(self._call.id, witness)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarKeeper:
    """Where reports go."""

    ears: EarStore
    calls: CallStore
    metrics: Metrics

    async def keep(self, call_id: str, witness: EarWitness) -> None:
        """After the last audio of the call and its last turn. A call without audio leaves nothing."""
        heard = witness.heard()
        if heard is None:
            return
        found = await asyncio.to_thread(report, heard)
        self._count(found)
        try:
            turns = await self.calls.turns(call_id)
            timed = latencies(found, turns, began_at=witness.began_at)
            await self.ears.save(record_of(call_id, found), turns=timed)
        except (StoreUnavailable, ProviderError) as error:
            log.error("the ear's report is not stored", error=str(error))

    def _count(self, found: EarReport) -> None:
        for latency in found.latencies:
            self.metrics.ear_latency_seconds.observe(latency / 1000)
        self.metrics.dead_air_total.inc(len(found.dead_air))
        self.metrics.talk_over_total.inc(sum(each.by == "agent" for each in found.overlaps))


def latencies(found: EarReport, turns: Sequence[TurnRecord], *, began_at: float) -> Mapping[int, int]:
    """By the number of the turn: how long the caller waited for the bot's answer."""
    timed: dict[int, int] = {}
    for turn in turns:
        if turn.speaker != "agent" or turn.ended_at is None:
            continue
        began, ended = (round((at - began_at) * 1000) for at in (turn.started_at, turn.ended_at))
        answer = found.answer_ms(began - EARLY_MS, ended + LATE_MS)
        if answer is not None:
            timed[turn.index] = answer
    return timed


def record_of(call_id: str, found: EarReport) -> EarRecord:
    """As it is stored."""
    return EarRecord(
        call_id=call_id,
        latency_p95_ms=found.latency_ms(0.95),
        latency_max_ms=found.latency_ms(1),
        dead_air_ms=found.dead_air_ms,
        talk_over_ms=found.talk_over_ms,
        report=_told(found),
    )


def _told(found: EarReport) -> dict[str, Any]:
    heard = found.heard
    return {
        "start": heard.start,
        "end": heard.end,
        "way": heard.way,
        "caller": [list(span) for span in heard.caller],
        "agent": [list(span) for span in heard.agent],
        "gaps": [list(span) for span in found.gaps],
        "overlaps": [[each.start, each.end, each.by, each.yielded] for each in found.overlaps],
        "dead_air": [list(span) for span in found.dead_air],
        "holes": [list(span) for span in heard.holes],
        "worst": None if found.worst is None else _worst(found.worst),
    }


def _worst(worst: Worst) -> dict[str, Any]:
    reasons = [[reason.kind, reason.count, reason.longest] for reason in worst.reasons]
    return {"start": worst.start, "end": worst.end, "score": worst.score, "reasons": reasons}
