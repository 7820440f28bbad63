"""What each Telnyx webhook event means for a leg."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from control_plane.adapters.carriers.telnyx.causes import cause_of
from control_plane.core.call import events as e

Payload = Mapping[str, Any]

_KEYS: Final = frozenset("0123456789ABCD*#")


def event_of(kind: str, payload: Payload) -> e.CallEvent | None:
    """The event for a normalised Telnyx event name; None for the many that change nothing for a leg."""
    reader = _READERS.get(kind)
    return reader(payload) if reader else None


def text(payload: Payload, name: str) -> str:
    """A field as text; Telnyx writes most numbers as strings and leaves fields out or null at will."""
    value = payload.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def part(payload: Payload, name: str) -> Payload:
    """An object inside the payload; empty when it is missing or something else."""
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _offered(payload: Payload) -> e.CallEvent:
    return e.CallOffered(
        sender=text(payload, "from"),
        to=text(payload, "to"),
        control_id=text(payload, "call_control_id"),
        leg_id=text(payload, "call_leg_id"),
        session_id=text(payload, "call_session_id"),
    )


def _outgoing(payload: Payload) -> e.CallEvent:
    return e.LegInitiated(
        control_id=text(payload, "call_control_id"),
        leg_id=text(payload, "call_leg_id"),
        session_id=text(payload, "call_session_id"),
    )


_BY_DIRECTION: Final[Mapping[str, Callable[[Payload], e.CallEvent]]] = {"incoming": _offered, "outgoing": _outgoing}


def _initiated(payload: Payload) -> e.CallEvent | None:
    # Only this event tells the direction, and only an incoming leg may be answered.
    reader = _BY_DIRECTION.get(text(payload, "direction"))
    return reader(payload) if reader else None


def _hung_up(payload: Payload) -> e.CallEvent:
    sip_code = text(payload, "sip_hangup_cause")
    return e.LegHungUp(
        cause=cause_of(text(payload, "hangup_cause"), sip_code),
        source=text(payload, "hangup_source") or "unknown",
        sip_code=sip_code,
    )


def _speech_played(payload: Payload) -> e.CallEvent:
    return e.SpeechPlayed(completed=text(payload, "status") == "completed")


def _transcribed(payload: Payload) -> e.CallEvent | None:
    heard = part(payload, "transcription_data")
    words = text(heard, "transcript").strip()
    if not words or text(heard, "transcription_track") == "outbound":
        return None
    # Engines without interim results may leave the flag out.
    return e.CallerTranscribed(text=words, final=heard.get("is_final") is not False)


def _digit(payload: Payload) -> e.CallEvent | None:
    digit = text(payload, "digit").upper()
    return e.DigitReceived(digit=digit) if digit in _KEYS else None


def _recording_saved(payload: Payload) -> e.CallEvent | None:
    for field in ("recording_urls", "public_recording_urls"):
        urls = part(payload, field)
        for audio_format in ("wav", "mp3"):
            if url := text(urls, audio_format):
                return e.RecordingSaved(url=url, format=audio_format)
    return None


_MACHINES: Final = frozenset({"machine", "fax_detected"})
_ENDED: Final = frozenset({"ended", "beep_detected"})


def _picked_up(payload: Payload) -> e.CallEvent | None:
    # Whoever may be a person is taken for one.
    return e.MachineDetected() if text(payload, "result") in _MACHINES else None


def _greeting_ended(payload: Payload) -> e.CallEvent:
    return e.MachineGreetingEnded(sure=text(payload, "result") in _ENDED)


_READERS: Final[Mapping[str, Callable[[Payload], e.CallEvent | None]]] = {
    "call.initiated": _initiated,
    "call.answered": lambda payload: e.LegAnswered(control_id=text(payload, "call_control_id")),
    "call.machine.detection.ended": _picked_up,
    "call.machine.greeting.ended": _greeting_ended,
    "call.machine.premium.detection.ended": _picked_up,
    "call.machine.premium.greeting.ended": _greeting_ended,
    "call.bridged": lambda payload: e.LegBridged(),
    "call.hangup": _hung_up,
    "call.speak.ended": _speech_played,
    "call.playback.ended": _speech_played,
    "call.transcription": _transcribed,
    "call.dtmf.received": _digit,
    "call.recording.saved": _recording_saved,
    # These three carry no `call.` prefix.
    "streaming.started": lambda payload: e.StreamStarted(),
    "streaming.stopped": lambda payload: e.StreamStopped(),
    "streaming.failed": lambda payload: e.StreamFailed(reason=text(payload, "failure_reason")),
}
