"""A call as the gateway's events and the simulator told it, shortened."""

from typing import Any

from simulator.demo.feed import Event
from simulator.demo.report import Facts
from simulator.demo.scene import Scene

CALL = "call-1"
LONG = "Entiendo, vamos a ayudarle. Para revisar a Toby tengo varios espacios."
WIRE = {
    "ear_ms": 1.0,
    "stt_ms": 451.0,
    "to_brain_ms": 5.0,
    "brain_ms": 409.0,
    "to_voice_ms": 6.0,
    "voice_ms": 187.0,
    "to_ear_ms": 9.0,
    "carrier_ms": 12.0,
}
TIMING = {
    "stt": 450.0,
    "dispatch": 0.4,
    "brain": 360.0,
    "clause": 50.0,
    "handover": 0.1,
    "voice": 188.0,
    "playout": 0.2,
    "total": 1048.7,
    "gateway": 0.7,
}


def state(phase: str, mode: str = "stream") -> Event:
    return Event(topic="call.state", call_id=CALL, body={"phase": phase, "mode": mode, "cause": None, "reason": ""})


def words(speaker: str, text: str) -> Event:
    return Event(topic="call.words", call_id=CALL, body={"speaker": speaker, "pii_text": text})


def turn(index: int, speaker: str, text: str, *, heard: str | None = None, timed: bool = False) -> Event:
    body = {
        "index": index,
        "speaker": speaker,
        "pii_text": text,
        "pii_heard": text if heard is None else heard,
        "interrupted": heard is not None,
        "timing": TIMING if timed else {},
    }
    return Event(topic="call.turn", call_id=CALL, body=body)


def barge_in(outcome: str) -> Event:
    return Event(topic="call.barge_in", call_id=CALL, body={"outcome": outcome})


EVENTS = (
    state("ringing"),
    state("talking"),
    words("agent", "Buenos días, Laura."),
    turn(0, "agent", "Buenos días, Laura."),
    words("caller", ""),
    words("caller", "Se llama"),
    words("caller", "Se llama Toby."),
    turn(1, "caller", "Se llama Toby."),
    words("agent", "Entiendo, vamos a ayudarle."),
    words("agent", "Para revisar a Toby tengo varios espacios."),
    barge_in("paused"),
    barge_in("cut_off"),
    turn(2, "agent", LONG, heard="Entiendo,", timed=True),
    words("caller", "Perdón, adiós."),
    turn(3, "caller", "Perdón, adiós."),
    words("agent", "¡Hasta luego!"),
    turn(4, "agent", "¡Hasta luego!", timed=True),
    state("ending"),
    state("ended"),
)


def scene(*events: Event) -> Scene:
    """The scene after these events, one a second."""
    made = Scene(caller="Laura", began_at=100.0)
    for second, event in enumerate(events):
        made.apply(event, 100.0 + second)
    return made


def answered(said: str, latency_ms: float | None = 1080.0) -> dict[str, Any]:
    """A turn as the simulator reports it."""
    return {
        "said": said,
        "caller_ended_at": 10.0,
        "bot_audible_at": None if latency_ms is None else 10.0 + latency_ms / 1000,
        "latency_ms": latency_ms,
        "gateway_share_ms": 21.0,
        "stages": WIRE,
    }


def facts(**changes: Any) -> Facts:
    """What both sides say after the recorded call."""
    told = [event.body for event in EVENTS if event.topic == "call.turn"]
    turns = [
        {**body, "text": body["pii_text"], "heard": body["pii_heard"]}  # the API's names
        for body in told
    ]
    line = {
        "line_closed": True,
        "hung_up_by": "gateway",
        "answered_at": 2.0,
        "ended_at": 62.0,
        "gap_max_ms": 40.0,
        "heard": [],
        "turns": [answered("Se llama Toby."), answered("Perdón, adiós.", 1040.0)],
        "barge_ins": [{"clear_ms": 82.0}],
    }
    line.update(changes.pop("line", {}))
    call = {
        "id": CALL,
        "state": "ended",
        "mode": "stream",
        "answered_at": 1.0,
        "turns": turns,
        **changes.pop("call", {}),
    }
    return Facts(call=call, line=line, expected_turns=2, **changes)
