"""What can go wrong in a call, one thing after the other."""

from typing import Any, Final

from simulator.faults import Fault
from tests.stack.faulty import GOODBYE, Scenario

ALWAYS: Final = -1
OPTIONS: Final = ("at_turn", "alone", "mode", "ends", "hears", "whole")
APOLOGY: Final = "Disculpe, tengo un problema técnico."
BEGUN: Final = "Entendido,"
REST: Final = "caso norte. Abrimos de lunes a sábado, de ocho a seis."
RESUMED: Final = "Disculpe, se cortó un momento."
MID_GREETING_S: Final = 2.0
MID_TURN_S: Final = 7.4
"""From the start of the stream to the middle of the caller's first words."""


def _at(target: str, kind: str, times: int = ALWAYS, **params: Any) -> Fault:
    after = params.pop("after", 0)
    return Fault(target=target, kind=kind, times=times, after=after, params=params)


def _one(name: str, target: str, kind: str, **more: Any) -> Scenario:
    options = {key: more.pop(key) for key in OPTIONS if key in more}
    return Scenario(name=name, faults=(_at(target, kind, **more),), **options)


EARS: Final = (
    _one("ear refuses", "deepgram.handshake", "http_401"),
    _one("ear has too many", "deepgram.handshake", "http_429"),
    _one("ear lets nobody in", "deepgram.handshake", "slow", delay_s=6),
    _one("ear tells late", "deepgram.live", "late", at_turn=1, delay_s=3),
    _one("ear falls silent", "deepgram.live", "stall", at_turn=1, after_s=0.5),
    _one("ear is half open", "deepgram.live", "half_open", at_turn=1, after_s=0.5),
    _one("ear breaks off", "deepgram.live", "cut", times=1, at_turn=1, after_s=0.7),
    _one("ear breaks off again and again", "deepgram.live", "cut", at_turn=1, after_s=0.7, hears=(GOODBYE,)),
    _one("ear says an error", "deepgram.live", "close_1011", times=1, at_turn=1, after_s=0.7),
    _one("ear talks rubbish", "deepgram.live", "garbage", times=3, at_turn=1, after_s=0.5),
)

BRAINS: Final = (
    _one("brain refuses", "anthropic.request", "http_401"),
    _one("brain has too many", "anthropic.request", "http_429"),
    _one("brain is overloaded", "anthropic.request", "http_529"),
    _one("brain lets nobody in", "anthropic.request", "slow", delay_s=6),
    _one("brain never begins", "anthropic.stream", "stall", after_tokens=0),
    _one("brain falls silent", "anthropic.stream", "stall", after_tokens=3, ends="", hears=(BEGUN, REST, GOODBYE)),
    _one("brain breaks off before a word", "anthropic.stream", "cut", after_tokens=0),
    _one("brain breaks off", "anthropic.stream", "cut", after_tokens=3),
    _one("brain says an error", "anthropic.stream", "error_event", after_tokens=3),
    _one("brain talks rubbish", "anthropic.stream", "garbage", after_tokens=3),
)

VOICES: Final = (
    _one("voice refuses", "elevenlabs.handshake", "http_401"),
    _one("voice has too many", "elevenlabs.handshake", "http_429"),
    _one("voice lets nobody in", "elevenlabs.handshake", "slow", delay_s=6),
    _one("voice begins late", "elevenlabs.stream", "slow_first_byte", delay_s=4),
    _one("voice falls silent", "elevenlabs.stream", "stall", after_s=0.5),
    _one("voice falls silent in mid-call", "elevenlabs.stream", "stall", at_turn=1, after_s=0.5),
    _one("voice breaks off", "elevenlabs.stream", "cut", after_s=0.5),
    _one("voice breaks off in mid-call", "elevenlabs.live", "cut", times=1, at_turn=1, after_s=3),
    _one("voice talks rubbish", "elevenlabs.stream", "garbage", after_s=0.5),
)

LINES: Final = (
    _one(
        "socket lost and opened by the carrier",
        "telnyx.media",
        "reconnect",
        times=1,
        after_s=MID_TURN_S,
        hears=(GOODBYE,),
        whole=False,
    ),
    _one(
        "socket lost while the bot speaks",
        "telnyx.media",
        "drop_socket",
        times=1,
        after_s=MID_GREETING_S,
        hears=(RESUMED, GOODBYE),
        whole=False,
    ),
    _one(
        "socket lost while the caller speaks",
        "telnyx.media",
        "drop_socket",
        times=1,
        after_s=MID_TURN_S,
        hears=(RESUMED, GOODBYE),
        whole=False,
    ),
    _one("frames out of order", "telnyx.media", "out_of_order", every=5),
    _one("frames in A-law", "telnyx.media", "pcma"),
    _one(
        "frames missing",
        "telnyx.media",
        "missing_frames",
        after_s=MID_TURN_S,
        seconds=0.3,
        hears=(GOODBYE,),
        whole=False,
    ),
    _one("no stop", "telnyx.media", "no_stop"),
    Scenario(
        name="another codec after a loss",
        faults=(
            _at("telnyx.media", "reconnect", times=1, after_s=MID_GREETING_S),
            _at("telnyx.media", "pcma", after=1),
        ),
        hears=(GOODBYE,),
    ),
)

ALONE: Final = (
    _one("only ear refuses", "deepgram.handshake", "http_401", alone=True, mode="webhook"),
    _one("only ear falls silent", "deepgram.live", "stall", alone=True, at_turn=1, after_s=0.5),
    _one(
        "only ear never tells anything",
        "deepgram.stream",
        "stall",
        alone=True,
        after_s=0,
        mode="webhook",
        hears=(RESUMED, GOODBYE),
        whole=False,
    ),
    _one("only ear breaks off once", "deepgram.live", "cut", times=1, alone=True, at_turn=1, after_s=0.7),
    _one("only brain breaks off once", "anthropic.stream", "cut", times=1, alone=True, after_tokens=3),
    _one(
        "only brain breaks off",
        "anthropic.stream",
        "cut",
        alone=True,
        after_tokens=3,
        ends="",
        hears=(APOLOGY,),
    ),
    _one("only brain refuses", "anthropic.request", "http_401", alone=True, ends="caller", hears=(APOLOGY,)),
    _one(
        "only brain never begins",
        "anthropic.stream",
        "stall",
        alone=True,
        after_tokens=0,
        ends="caller",
        hears=(APOLOGY,),
    ),
    _one(
        "only brain falls silent",
        "anthropic.stream",
        "stall",
        alone=True,
        after_tokens=3,
        ends="caller",
        hears=(APOLOGY,),
    ),
    _one("only voice refuses", "elevenlabs.handshake", "http_401", alone=True),
    _one("only voice lets nobody in", "elevenlabs.handshake", "slow", alone=True, delay_s=30),
    _one("only voice falls silent", "elevenlabs.stream", "stall", alone=True, after_s=0.5),
)

SCENARIOS: Final = (*EARS, *BRAINS, *VOICES, *LINES, *ALONE)
