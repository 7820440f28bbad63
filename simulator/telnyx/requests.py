"""What a command may carry: required fields, values and ranges, with the carrier's code for each fault."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.telnyx.errors import Refused, missing, refuse

Body = Mapping[str, Any]

_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_DIGITS: Final = re.compile(r"[0-9A-D*#wW]+")
_CODECS: Final = frozenset({"PCMU", "PCMA", "G722", "OPUS", "AMR-WB", "L16"})
_ENUMS: Final[dict[str, tuple[frozenset[str], str]]] = {
    "stream_track": (frozenset({"inbound_track", "outbound_track", "both_tracks"}), "10032"),
    "stream_codec": (_CODECS | {"default"}, "10032"),
    "stream_bidirectional_mode": (frozenset({"mp3", "rtp"}), "10032"),
    "stream_bidirectional_codec": (_CODECS, "10032"),
    "stream_bidirectional_target_legs": (frozenset({"opposite", "self", "both"}), "10032"),
    "answering_machine_detection": (
        frozenset({"disabled", "detect", "detect_beep", "detect_words", "greeting_end", "premium"}),
        "10032",
    ),
    "cause": (frozenset({"CALL_REJECTED", "USER_BUSY", "NOT_FOUND", "TEMPORARILY_UNAVAILABLE"}), "10032"),
    "payload_type": (frozenset({"text", "ssml"}), "90011"),
    "service_level": (frozenset({"basic", "premium"}), "10032"),
    "stop": (frozenset({"all", "current", "overlay"}), "90016"),
    "transcription_tracks": (frozenset({"inbound", "outbound", "both"}), "10032"),
    "channels": (frozenset({"single", "dual"}), "10032"),
    "format": (frozenset({"wav", "mp3"}), "10032"),
    "record": (frozenset({"record-from-answer"}), "10032"),
}
_RANGES: Final = {
    "timeout_secs": (5, 600),
    "time_limit_secs": (30, 14400),
    "stream_bidirectional_sampling_rate": (8000, 48000),
    "duration_millis": (100, 500),
}


def check(body: Body, required: tuple[str, ...] = ()) -> None:
    """Refuse what the carrier would refuse in any command. Raises Refused."""
    for name in required:
        if body.get(name) in (None, ""):
            raise missing(name)
    for name, (allowed, code) in _ENUMS.items():
        if name in body and body[name] not in allowed:
            raise refuse(
                422, code, title="Invalid enumerated value", detail=f"one of {sorted(allowed)}", pointer=f"/{name}"
            )
    for name, (low, high) in _RANGES.items():
        if name in body and not _within(body[name], (low, high)):
            raise refuse(422, "10033", title="Value outside of range", detail=f"{low} to {high}", pointer=f"/{name}")
    check_client_state(body)
    if "stream_url" in body and not str(body["stream_url"]).startswith(("ws://", "wss://")):
        raise refuse(422, "10015", title="Invalid value", detail="stream_url must be ws or wss", pointer="/stream_url")


def check_client_state(body: Body) -> None:
    """Raises Refused unless the client state is absent or base64."""
    state = body.get("client_state")
    if state is None:
        return
    try:
        base64.b64decode(str(state), validate=True)
    except ValueError as error:
        raise refuse(
            422, "90017", title="Invalid value for client_state", detail="must be base64", pointer="/client_state"
        ) from error


def check_number(body: Body, name: str) -> str:
    """An E.164 number; digits after a comma are dropped. Raises Refused."""
    number = str(body.get(name) or "").partition(",")[0]
    if not _E164.fullmatch(number):
        raise not_e164(name)
    return number


def not_e164(name: str) -> Refused:
    return refuse(422, "10016", title="Phone number must be in +E164 format", pointer=f"/{name}")


def check_speech(body: Body) -> str:
    """The text of a speak command. Raises Refused."""
    text = str(body["payload"])
    if len(text) > 3000:
        raise refuse(422, "90010", title="Invalid value for payload", pointer="/payload")
    return re.sub(r"<[^>]*>", "", text) if body.get("payload_type") == "ssml" else text


def check_digits(body: Body) -> str:
    digits = str(body["digits"])
    if not _DIGITS.fullmatch(digits):
        raise refuse(422, "90014", title="Invalid value for digits", pointer="/digits")
    return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """A media stream as asked for in dial, answer or streaming_start."""

    url: str
    track: str = "inbound_track"
    encoding: str = "PCMU"
    """What the carrier sends; codecs that the simulator does not speak fall back to the leg's own, PCMU."""
    mode: str = "mp3"
    return_encoding: str = "PCMU"
    """What the gateway sends."""
    token: str = ""
    parameters: Mapping[str, str]


def stream_options(body: Body) -> StreamOptions | None:
    """None when the command asks for no stream."""
    if not body.get("stream_url"):
        return None
    codec = body.get("stream_codec", "default")
    return StreamOptions(
        url=str(body["stream_url"]),
        track=str(body.get("stream_track", "inbound_track")),
        encoding=codec if codec in ("PCMU", "PCMA") else "PCMU",
        mode=str(body.get("stream_bidirectional_mode", "mp3")),
        return_encoding=str(body.get("stream_bidirectional_codec", "PCMU")),
        token=str(body.get("stream_auth_token", "")),
        parameters={str(one["name"]): str(one["value"]) for one in body.get("custom_parameters") or ()},
    )


def _within(value: Any, bounds: tuple[int, int]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and bounds[0] <= value <= bounds[1]
