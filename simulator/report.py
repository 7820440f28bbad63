"""What the control API tells about calls. Times are seconds of the loop's clock (CLOCK_MONOTONIC)."""

from dataclasses import asdict
from typing import Any

from simulator.caller.ears import Heard
from simulator.caller.mouth import Utterance
from simulator.stages import percentiles
from simulator.telnyx.calls import Leg
from simulator.world import World

Json = dict[str, Any]


def brief(leg: Leg) -> Json:
    """The call without its details."""
    return {
        "id": leg.id,
        "call_control_id": leg.call_control_id,
        "call_session_id": leg.call_session_id,
        "direction": leg.direction,
        "from": leg.sender,
        "to": leg.to,
        "state": str(leg.state),
        "script": leg.script.name,
        "script_done": leg.record.script_done,
        "created_at": leg.created_at,
        "answered_at": leg.answered_at,
        "ended_at": leg.ended_at,
        "line_closed": not leg.alive,
        "hung_up_by": leg.hung_up_by or None,
        "hangup_cause": leg.hangup_cause or None,
        "turns_count": len(leg.record.turns),
        "gap_max_ms": gap_max_ms(leg),
        "silence_max_ms": leg.record.silences.max_ms,
    }


def full(world: World, leg: Leg) -> Json:
    """Everything known of one call."""
    record = leg.record
    return {
        **brief(leg),
        "commands": [asdict(command) for command in leg.commands],
        "webhooks": [asdict(one) for one in world.carrier.webhooks.deliveries if one.call == leg.id],
        "said": [_said(utterance) for utterance in record.said],
        "heard": [_heard(heard) for heard in leg.ears.heard],
        "onsets": list(leg.ears.onsets),
        "turns": _turns(world, leg),
        "barge_ins": [{**asdict(one), "clear_ms": one.clear_ms} for one in record.barge_ins],
        "clears": [asdict(clear) for clear in record.clears],
        "gaps": [asdict(gap) for gap in leg.ears.gaps],
        "silences": [asdict(silence) for silence in leg.record.silences.all],
        "client_faults": [asdict(fault) for fault in record.client_faults],
        "digits_received": leg.digits_received,
        "digits_pressed": record.digits_pressed,
        "media_frames_sent": record.frames_sent,
        "media_frames_received": record.frames_received,
        "marks_received": record.marks_received,
        "streams": record.streams,
        "bridged_with": leg.partner.id if leg.partner else None,
    }


def summary(world: World) -> Json:
    """Percentiles over all calls that are remembered; stages and latencies as the stage ledger links them."""
    legs = world.carrier.legs.all()
    barge_ins = [one for leg in legs for one in leg.record.barge_ins]
    ticker = world.carrier.ticker
    return {
        "calls": len(legs),
        "live": sum(leg.alive for leg in legs),
        "answered": sum(leg.answered_at is not None for leg in legs),
        "scripts_done": sum(leg.record.script_done for leg in legs),
        "caller_latency_ms": percentiles(turn.latency_ms for leg in legs for turn in leg.record.turns),
        **world.stages.summary(),
        "costs": world.stages.costs(),
        "barge_ins": len(barge_ins),
        "barge_ins_without_clear": sum(one.clear_at is None for one in barge_ins),
        "clear_ms": percentiles(one.clear_ms for one in barge_ins),
        "gap_max_ms": percentiles(gap_max_ms(leg) for leg in legs if leg.answered_at is not None),
        "silence_max_ms": percentiles(leg.record.silences.max_ms for leg in legs if leg.answered_at is not None),
        "gaps": sum(len(leg.ears.gaps) for leg in legs),
        "client_faults": sum(len(leg.record.client_faults) for leg in legs),
        "repeated_commands": sum(command.repeated for leg in legs for command in leg.commands),
        "simulator_late_ms": round(ticker.late_s * 1000, 1),
        "simulator_late_percent": round(100 * ticker.late_ticks / max(ticker.ticks, 1), 2),
    }


def gap_max_ms(leg: Leg) -> float:
    return max((gap.ms for gap in leg.ears.gaps), default=0.0)


def _said(utterance: Utterance) -> Json:
    return {
        "text": utterance.text,
        "kind": utterance.kind,
        "started_at": utterance.started_at,
        "first_loud_at": utterance.first_loud_at,
        "ended_at": utterance.ended_at,
    }


def _heard(heard: Heard) -> Json:
    return {
        "text": heard.text,
        "spoken": heard.spoken.text,
        "from_ms": heard.begun / 8,
        "to_ms": heard.offset / 8,
        "started_at": heard.started_at,
        "ended_at": heard.ended_at,
        "cut": heard.cut,
    }


def _turns(world: World, leg: Leg) -> list[Json]:
    linked = world.stages.for_call(leg.id)
    turns = []
    for number, turn in enumerate(leg.record.turns):
        known = linked[number] if number < len(linked) else {}
        turns.append({**asdict(turn), "latency_ms": turn.latency_ms} | _measured(known))
    return turns


def _measured(known: Json) -> Json:
    """The ledger's numbers of a turn: its latency is that of the answer to this turn, whatever was audible before."""
    measured = {name: known.get(name) for name in ("providers_ms", "gateway_share_ms", "stages")}
    if known.get("latency_ms") is not None:
        measured["latency_ms"] = known["latency_ms"]
    return measured
