"""What Telnyx's webhook events mean for a leg."""

import pytest

from control_plane.adapters.carriers.telnyx.events import event_of
from control_plane.core.call import events as e

IDS = {"call_control_id": "v3:a", "call_leg_id": "leg", "call_session_id": "session"}
PARTIES = {"from": "+525587654321", "to": "+525512345678"}


@pytest.mark.parametrize(
    ("kind", "payload", "event"),
    [
        (
            "call.initiated",
            IDS | PARTIES | {"direction": "incoming", "state": "parked"},
            e.CallOffered(
                sender="+525587654321", to="+525512345678", control_id="v3:a", leg_id="leg", session_id="session"
            ),
        ),
        (
            "call.initiated",
            IDS | PARTIES | {"direction": "outgoing"},
            e.LegInitiated(control_id="v3:a", leg_id="leg", session_id="session"),
        ),
        ("call.initiated", IDS, None),
        ("call.answered", IDS | {"state": "answered"}, e.LegAnswered(control_id="v3:a")),
        ("call.machine.detection.ended", {"result": "machine"}, e.MachineDetected()),
        ("call.machine.detection.ended", {"result": "human"}, None),
        ("call.machine.detection.ended", {"result": "not_sure"}, None),
        ("call.machine.premium.detection.ended", {"result": "fax_detected"}, e.MachineDetected()),
        ("call.machine.greeting.ended", {"result": "ended"}, e.MachineGreetingEnded(sure=True)),
        ("call.machine.greeting.ended", {"result": "not_sure"}, e.MachineGreetingEnded(sure=False)),
        ("call.machine.premium.greeting.ended", {"result": "beep_detected"}, e.MachineGreetingEnded(sure=True)),
        ("call.machine.premium.greeting.ended", {"result": None}, e.MachineGreetingEnded(sure=False)),
        ("call.bridged", IDS, e.LegBridged()),
        (
            "call.hangup",
            {"hangup_cause": "user_busy", "hangup_source": "callee", "sip_hangup_cause": "486"},
            e.LegHungUp(cause="busy", source="callee", sip_code="486"),
        ),
        ("call.hangup", {"hangup_cause": None, "call_quality_stats": None}, e.LegHungUp(cause="unknown")),
        ("call.hangup", {"sip_hangup_cause": 404}, e.LegHungUp(cause="not_found", sip_code="404")),
        ("streaming.started", {"stream_url": "wss://x"}, e.StreamStarted()),
        ("streaming.stopped", {}, e.StreamStopped()),
        ("streaming.failed", {"failure_reason": "connection_failed"}, e.StreamFailed(reason="connection_failed")),
        ("call.speak.ended", {"status": "completed"}, e.SpeechPlayed(completed=True)),
        ("call.speak.ended", {"status": "cancelled_amd"}, e.SpeechPlayed(completed=False)),
        ("call.playback.ended", {"status": "file_not_found"}, e.SpeechPlayed(completed=False)),
        ("call.playback.ended", {}, e.SpeechPlayed(completed=False)),
        (
            "call.transcription",
            {"transcription_data": {"transcript": " hola ", "confidence": 0.9, "is_final": False}},
            e.CallerTranscribed(text="hola", final=False),
        ),
        (
            "call.transcription",
            {"transcription_data": {"transcript": "hola"}},
            e.CallerTranscribed(text="hola", final=True),
        ),
        ("call.transcription", {"transcription_data": {"transcript": "", "is_final": True}}, None),
        (
            "call.transcription",
            {"transcription_data": {"transcript": "yo", "is_final": True, "transcription_track": "outbound"}},
            None,
        ),
        ("call.transcription", {"transcription_data": None}, None),
        ("call.dtmf.received", {"digit": "#"}, e.DigitReceived(digit="#")),
        ("call.dtmf.received", {"digit": 5}, e.DigitReceived(digit="5")),
        ("call.dtmf.received", {"digit": "12"}, None),
        (
            "call.recording.saved",
            {"recording_urls": {"mp3": "https://s3/a.mp3", "wav": "https://s3/a.wav"}},
            e.RecordingSaved(url="https://s3/a.wav", format="wav"),
        ),
        (
            "call.recording.saved",
            {"recording_urls": {"wav": None}, "public_recording_urls": {"mp3": "https://s3/a.mp3"}},
            e.RecordingSaved(url="https://s3/a.mp3", format="mp3"),
        ),
        ("call.recording.saved", {"recording_urls": []}, None),
        ("call.cost", {"total_cost": "0.01"}, None),
        ("call.something.invented", {}, None),
    ],
)
def test_an_event_is_read(kind: str, payload: dict[str, object], event: e.CallEvent | None) -> None:
    assert event_of(kind, payload) == event
